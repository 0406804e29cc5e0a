package io.petrichor.protocol;

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

}
