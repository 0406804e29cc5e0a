package io.petrichor.tnetstring;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Java objects to bytes. Encodes {@code null}, {@link TNetstring} (byte for byte),
 * {@code String} and other {@code CharSequence}s as UTF-8, {@code byte[]},
 * {@code ByteBuffer} and {@code InputStream} (to its end), {@code Byte}, {@code Short},
 * {@code Integer}, {@code Long}, {@code BigInteger}, {@code Float}, {@code Double},
 * {@code BigDecimal}, {@code Boolean}, {@code Map} with {@code String} keys,
 * {@code Collection}, {@code Object[]}. Anything else is an
 * {@code IllegalArgumentException}, as are NaN and the infinities, and what is over a
 * limit.
 * <p>
 * All or nothing: nothing is written before everything is encoded.
 *
 * @since 0.1.0
 */
public final class TNetstringEncoder {

	private TNetstringEncoder() {
	}

	/**
	 * Encode a value with no limit but the format's own (999,999,999 bytes) and 128
	 * levels.
	 * @param value the value
	 * @param out written at its writer index, or not at all
	 * @throws IllegalArgumentException if the value cannot be encoded
	 */
	public static void encode(@Nullable Object value, ByteBuf out) {
		encode(value, out, TNetstringLimits.WIDEST);
	}

	/**
	 * Encode a value.
	 * @param value the value
	 * @param out written at its writer index, or not at all
	 * @param limits what to refuse
	 * @throws IllegalArgumentException if the value cannot be encoded, or not within the
	 * limits
	 */
	public static void encode(@Nullable Object value, ByteBuf out, TNetstringLimits limits) {
		try (TNetstringWriter writer = new TNetstringWriter(limits)) {
			write(value, writer, limits);
			writer.writeTo(out);
		}
	}

	/**
	 * Encode a value with no limit but the format's own (999,999,999 bytes) and 128
	 * levels.
	 * @param value the value
	 * @return the encoded value
	 * @throws IllegalArgumentException if the value cannot be encoded
	 */
	public static byte[] encode(@Nullable Object value) {
		return encode(value, TNetstringLimits.WIDEST);
	}

	/**
	 * Encode a value.
	 * @param value the value
	 * @param limits what to refuse
	 * @return the encoded value
	 * @throws IllegalArgumentException if the value cannot be encoded, or not within the
	 * limits
	 */
	public static byte[] encode(@Nullable Object value, TNetstringLimits limits) {
		try (TNetstringWriter writer = new TNetstringWriter(limits)) {
			write(value, writer, limits);
			return writer.toByteArray();
		}
	}

	private static void write(@Nullable Object value, TNetstringWriter writer, TNetstringLimits limits) {
		if (value == null) {
			writer.writeNull();
		}
		else if (value instanceof String text) {
			writer.writeText(text);
		}
		else if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
			writer.writeLong(((Number) value).longValue());
		}
		else if (value instanceof Map<?, ?> map) {
			writer.start();
			for (Map.Entry<?, ?> entry : map.entrySet()) {
				if (!(entry.getKey() instanceof String key)) {
					throw new IllegalArgumentException("A dictionary's key must be a String, not "
							+ ((entry.getKey() != null) ? entry.getKey().getClass().getName() : "null"));
				}
				writer.writeKey(key);
				write(entry.getValue(), writer, limits);
			}
			writer.end(TNetstringType.DICTIONARY);
		}
		else if (value instanceof Collection<?> collection) {
			writer.start();
			for (Object element : collection) {
				write(element, writer, limits);
			}
			writer.end(TNetstringType.LIST);
		}
		else if (value instanceof TNetstring encoded) {
			writer.writeEncoded(encoded);
		}
		else if (value instanceof byte[] bytes) {
			writer.writeBytes(bytes, 0, bytes.length);
		}
		else if (value instanceof Boolean bool) {
			writer.writeBoolean(bool);
		}
		else if (value instanceof Double number) {
			writer.writeDouble(number);
		}
		else if (value instanceof Float number) {
			writer.writeFloat(number);
		}
		else if (value instanceof BigInteger number) {
			writer.writeBigInteger(number);
		}
		else if (value instanceof BigDecimal number) {
			writer.writeBigDecimal(number);
		}
		else if (value instanceof CharSequence text) {
			writer.writeText(text.toString());
		}
		else if (value instanceof ByteBuffer buffer) {
			byte[] bytes = new byte[buffer.remaining()];
			buffer.duplicate().get(bytes);
			writer.writeBytes(bytes, 0, bytes.length);
		}
		else if (value instanceof InputStream stream) {
			byte[] bytes = read(stream, limits);
			writer.writeBytes(bytes, 0, bytes.length);
		}
		else if (value instanceof Object[] array) {
			write(Arrays.asList(array), writer, limits);
		}
		else {
			throw new IllegalArgumentException(
					"A " + value.getClass().getName() + " cannot be encoded as a TNetstring");
		}
	}

	private static byte[] read(InputStream stream, TNetstringLimits limits) {
		try (stream) {
			byte[] bytes = stream.readNBytes(limits.maxSize());
			if (stream.read() >= 0) {
				throw new IllegalArgumentException("Larger than the limit of " + limits.maxSize() + " bytes");
			}
			return bytes;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
