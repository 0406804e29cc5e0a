package io.petrichor.protocol;

import java.nio.charset.StandardCharsets;

import io.netty.buffer.ByteBuf;

import io.petrichor.tnetstring.TNetstring;

/**
 * Writes pairs as bytes.
 *
 * @since 0.1.0
 */
public final class PairEncoder {

	private PairEncoder() {
	}

	/**
	 * Append a pair.
	 * @param header the header
	 * @param body the body
	 * @param out where to
	 */
	public static void encode(Header header, TNetstring body, ByteBuf out) {
		TNetstring encoded = header.encoded();
		out.ensureWritable(encoded.size() + body.size());
		if (header == Header.EMPTY) {
			out.writeMedium(PairDecoder.EMPTY_HEADER);
		}
		else {
			encoded.writeTo(out);
		}
		body.writeTo(out);
	}

	/**
	 * Append a pair whose header has one number more, without encoding it anew.
	 * @param header the header, which does not have the key
	 * @param key the key, of less than ten ASCII characters
	 * @param number the number, not negative
	 * @param body the body
	 * @param out where to
	 */
	public static void encode(Header header, String key, long number, TNetstring body, ByteBuf out) {
		TNetstring encoded = header.encoded();
		int digits = digits(number);
		int size = dataSize(encoded, key, digits);
		out.ensureWritable(digits(size) + 2 + size + body.size());
		writeDigits(size, digits(size), out);
		out.writeByte(':');
		encoded.writeDataTo(out);
		writeDigits(key.length(), 1, out);
		out.writeByte(':');
		out.writeCharSequence(key, StandardCharsets.US_ASCII);
		out.writeByte(',');
		writeDigits(digits, digits(digits), out);
		out.writeByte(':');
		writeDigits(number, digits, out);
		out.writeByte('#');
		out.writeByte('}');
		body.writeTo(out);
	}

	/**
	 * The bytes of a pair.
	 * @param header the header
	 * @param body the body
	 * @return how many
	 */
	public static long size(Header header, TNetstring body) {
		return (long) header.encoded().size() + body.size();
	}

	/**
	 * The bytes of a pair whose header has one number more.
	 * @param header the header, which does not have the key
	 * @param key the key, of less than ten ASCII characters
	 * @param number the number, not negative
	 * @param body the body
	 * @return how many
	 */
	public static long size(Header header, String key, long number, TNetstring body) {
		int size = dataSize(header.encoded(), key, digits(number));
		return (long) digits(size) + 2 + size + body.size();
	}

	private static int dataSize(TNetstring header, String key, int digits) {
		return header.dataSize() + 3 + key.length() + digits(digits) + 2 + digits;
	}

	private static int digits(long number) {
		int digits = 1;
		for (long rest = number; rest >= 10; rest /= 10) {
			digits++;
		}
		return digits;
	}

	private static void writeDigits(long number, int digits, ByteBuf out) {
		int start = out.writerIndex();
		long rest = number;
		for (int i = digits - 1; i >= 0; i--) {
			out.setByte(start + i, (int) ('0' + rest % 10));
			rest /= 10;
		}
		out.writerIndex(start + digits);
	}

}
