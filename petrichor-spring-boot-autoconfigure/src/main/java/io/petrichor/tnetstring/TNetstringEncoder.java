package io.petrichor.tnetstring;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.AbstractCollection;
import java.util.AbstractMap;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.function.BiConsumer;

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
			new Walk(writer, limits).write(value);
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
			new Walk(writer, limits).write(value);
			return writer.toByteArray();
		}
	}

	/**
	 * Writes an object and what it holds. It is itself what maps are asked to call for
	 * each of their entries, so that nothing is allocated for a map.
	 */
	private static final class Walk implements BiConsumer<@Nullable Object, @Nullable Object> {

		private final TNetstringWriter writer;

		private final TNetstringLimits limits;

		Walk(TNetstringWriter writer, TNetstringLimits limits) {
			this.writer = writer;
			this.limits = limits;
		}

		private void write(@Nullable Object value) {
			if (value == null) {
				this.writer.writeNull();
			}
			else if (value instanceof String text) {
				this.writer.writeText(text);
			}
			else if (value instanceof Long || value instanceof Integer) {
				this.writer.writeLong(((Number) value).longValue());
			}
			else if (value instanceof Double number) {
				this.writer.writeDouble(number);
			}
			else if (value instanceof Boolean bool) {
				this.writer.writeBoolean(bool);
			}
			else if (value instanceof byte[] bytes) {
				this.writer.writeBytes(bytes, 0, bytes.length);
			}
			else if (value instanceof TNetstring encoded) {
				this.writer.writeEncoded(encoded);
			}
			else if (value instanceof AbstractMap<?, ?> map) {
				writeMap(map);
			}
			else if (value instanceof AbstractCollection<?> collection) {
				writeCollection(collection);
			}
			else {
				writeRarer(value);
			}
		}

		private void writeMap(Map<?, ?> map) {
			this.writer.start();
			map.forEach(this);
			this.writer.end(TNetstringType.DICTIONARY);
		}

		/** An entry of a map. */
		@Override
		public void accept(@Nullable Object key, @Nullable Object value) {
			if (!(key instanceof String text)) {
				throw new IllegalArgumentException("A dictionary's key must be a String, not "
						+ ((key != null) ? key.getClass().getName() : "null"));
			}
			this.writer.writeKey(text);
			write(value);
		}

		private void writeCollection(Collection<?> collection) {
			this.writer.start();
			for (Object element : collection) {
				write(element);
			}
			this.writer.end(TNetstringType.LIST);
		}

		/**
		 * What is looked at last: most values are none of these, and whether an object is
		 * of an interface takes longer to tell than whether it is of a class.
		 */
		private void writeRarer(Object value) {
			if (value instanceof Map<?, ?> map) {
				writeMap(map);
			}
			else if (value instanceof Collection<?> collection) {
				writeCollection(collection);
			}
			else if (value instanceof Short || value instanceof Byte) {
				this.writer.writeLong(((Number) value).longValue());
			}
			else if (value instanceof Float number) {
				this.writer.writeFloat(number);
			}
			else if (value instanceof BigInteger number) {
				this.writer.writeBigInteger(number);
			}
			else if (value instanceof BigDecimal number) {
				this.writer.writeBigDecimal(number);
			}
			else if (value instanceof CharSequence text) {
				this.writer.writeText(text.toString());
			}
			else if (value instanceof ByteBuffer buffer) {
				byte[] bytes = new byte[buffer.remaining()];
				buffer.duplicate().get(bytes);
				this.writer.writeBytes(bytes, 0, bytes.length);
			}
			else if (value instanceof InputStream stream) {
				byte[] bytes = read(stream, this.limits);
				this.writer.writeBytes(bytes, 0, bytes.length);
			}
			else if (value instanceof Object[] array) {
				write(Arrays.asList(array));
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

}
