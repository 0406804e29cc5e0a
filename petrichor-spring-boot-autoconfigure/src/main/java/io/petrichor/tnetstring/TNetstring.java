package io.petrichor.tnetstring;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A value in its encoded form, checked and immutable. It goes out byte for byte as it
 * came in, and becomes Java objects only when asked to.
 * <p>
 * Two are equal if their bytes are: {@code 1:1#} and {@code 2:01#} hold the same number
 * but are not equal. Thread-safe.
 *
 * @since 0.1.0
 */
public final class TNetstring {

	/** Nothing, {@code 0:~}. */
	public static final TNetstring NULL = literal("0:~");

	/** True, {@code 4:true!}. */
	public static final TNetstring TRUE = literal("4:true!");

	/** False, {@code 5:false!}. */
	public static final TNetstring FALSE = literal("5:false!");

	/** The empty string, {@code 0:,}. */
	public static final TNetstring EMPTY = literal("0:,");

	/** The empty dictionary, <code>0:}</code>. */
	public static final TNetstring EMPTY_DICTIONARY = literal("0:}");

	/** The empty list, {@code 0:]}. */
	public static final TNetstring EMPTY_LIST = literal("0:]");

	private final byte[] bytes;

	private final int offset;

	private final int dataOffset;

	private final int size;

	private final TNetstringType type;

	private TNetstring(byte[] bytes, int offset, int dataOffset, int size, TNetstringType type) {
		this.bytes = bytes;
		this.offset = offset;
		this.dataOffset = dataOffset;
		this.size = size;
		this.type = type;
	}

	/** Wrap one value that is known to be valid. */
	static TNetstring wrap(byte[] bytes, int offset, int size) {
		int dataOffset = offset;
		while (bytes[dataOffset++] != ':') {
			continue;
		}
		TNetstringType type = TNetstringType.known(bytes[offset + size - 1]);
		return new TNetstring(bytes, offset, dataOffset, size, type);
	}

	/** Wrap one string that is known to be valid. */
	static TNetstring string(byte[] bytes, int offset, int dataOffset, int size) {
		return new TNetstring(bytes, offset, dataOffset, size, TNetstringType.BYTES);
	}

	private static TNetstring literal(String text) {
		byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
		return wrap(bytes, 0, bytes.length);
	}

	/**
	 * Encode a value.
	 * @param value what {@link TNetstringEncoder} can encode; a {@code TNetstring} is
	 * returned as it is
	 * @return the encoded value
	 * @throws IllegalArgumentException if the value cannot be encoded
	 */
	public static TNetstring of(@Nullable Object value) {
		if (value instanceof TNetstring encoded) {
			return encoded;
		}
		if (value == null) {
			return NULL;
		}
		byte[] bytes = (value instanceof byte[] data) ? TNetstringWriter.string(data)
				: (value instanceof String text) ? TNetstringWriter.string(text) : TNetstringEncoder.encode(value);
		return wrap(bytes, 0, bytes.length);
	}

	/**
	 * Check exactly one encoded value, within {@link TNetstringLimits#DEFAULTS}.
	 * @param encoded the bytes, which are copied
	 * @return the value
	 * @throws TNetstringException if this is not one whole value within the limits
	 */
	public static TNetstring parse(byte[] encoded) {
		return parse(encoded, TNetstringLimits.DEFAULTS);
	}

	/**
	 * Check exactly one encoded value.
	 * @param encoded the bytes, which are copied
	 * @param limits what to refuse
	 * @return the value
	 * @throws TNetstringException if this is not one whole value within the limits
	 */
	public static TNetstring parse(byte[] encoded, TNetstringLimits limits) {
		return new TNetstringDecoder(limits).decode(encoded.clone(), 0, encoded.length);
	}

	/**
	 * The type of this value.
	 * @return the type
	 */
	public TNetstringType type() {
		return this.type;
	}

	/**
	 * The length of the encoded value.
	 * @return bytes, SIZE and TYPE included
	 */
	public int size() {
		return this.size;
	}

	/**
	 * Whether this is {@code 0:~}.
	 * @return {@code true} for null
	 */
	public boolean isNull() {
		return this.type == TNetstringType.NULL;
	}

	/**
	 * The text of a string.
	 * @return its bytes as UTF-8
	 * @throws TNetstringConversionException if this is no string, or not UTF-8
	 */
	public String asText() {
		expect(TNetstringType.BYTES);
		String text = Utf8.decode(this.bytes, this.dataOffset, dataEnd());
		if (text == null) {
			throw new TNetstringConversionException("A string that is not UTF-8");
		}
		return text;
	}

	/**
	 * The bytes of a string.
	 * @return a copy
	 * @throws TNetstringConversionException if this is no string
	 */
	public byte[] asBytes() {
		expect(TNetstringType.BYTES);
		return Arrays.copyOfRange(this.bytes, this.dataOffset, dataEnd());
	}

	/**
	 * The value of an integer.
	 * @return the number
	 * @throws TNetstringConversionException if this is no integer, or not a {@code long}
	 */
	public long asLong() {
		expect(TNetstringType.INTEGER);
		if (!Numbers.fitsLong(this.bytes, this.dataOffset, dataEnd())) {
			throw outOfRange("long");
		}
		return Numbers.parseLong(this.bytes, this.dataOffset, dataEnd());
	}

	/**
	 * The value of an integer of any size.
	 * @return the number
	 * @throws TNetstringConversionException if this is no integer
	 */
	public BigInteger asBigInteger() {
		expect(TNetstringType.INTEGER);
		return Numbers.parseBigInteger(this.bytes, this.dataOffset, dataEnd());
	}

	/**
	 * The value of a float, or of an integer as the nearest double.
	 * @return the number, finite
	 * @throws TNetstringConversionException if this is no number, or no finite double
	 */
	public double asDouble() {
		expectNumber();
		double value = Numbers.parseDouble(this.bytes, this.dataOffset, dataEnd());
		if (Double.isInfinite(value)) {
			throw outOfRange("double");
		}
		return value;
	}

	/**
	 * The value of a float or an integer, with all of its digits.
	 * @return the number, its scale between -2,000 and 2,000
	 * @throws TNetstringConversionException if this is no number, or its exponent is
	 * beyond that
	 */
	public BigDecimal asBigDecimal() {
		expectNumber();
		return Numbers.parseBigDecimal(this.bytes, this.dataOffset, dataEnd());
	}

	/**
	 * The value of a boolean.
	 * @return the value
	 * @throws TNetstringConversionException if this is no boolean
	 */
	public boolean asBoolean() {
		expect(TNetstringType.BOOLEAN);
		return this.bytes[this.dataOffset] == 't';
	}

	/**
	 * The entries of a dictionary, as in {@link #value()}.
	 * @return an unmodifiable map in the order of the wire
	 * @throws TNetstringConversionException if this is no dictionary, or a key is not
	 * UTF-8
	 */
	@SuppressWarnings("unchecked")
	public Map<String, @Nullable Object> asMap() {
		expect(TNetstringType.DICTIONARY);
		return (Map<String, @Nullable Object>) Objects.requireNonNull(value());
	}

	/**
	 * The elements of a list, as in {@link #value()}.
	 * @return an unmodifiable list
	 * @throws TNetstringConversionException if this is no list
	 */
	@SuppressWarnings("unchecked")
	public List<@Nullable Object> asList() {
		expect(TNetstringType.LIST);
		return (List<@Nullable Object>) Objects.requireNonNull(value());
	}

	/**
	 * This value and all it holds as Java objects: a string is a {@code String} if it is
	 * UTF-8, else a {@code byte[]}; an integer a {@code Long}, or a {@code BigInteger} if
	 * it does not fit; a float a {@code Double}; then {@code Boolean}, {@code null},
	 * {@code List}, and {@code Map} in the order of the wire, both unmodifiable.
	 * @return the tree
	 * @throws TNetstringConversionException if a dictionary's key is not UTF-8
	 */
	public @Nullable Object value() {
		return new Tree(this.bytes).read(this.offset);
	}

	/**
	 * This value as a Java type: {@code TNetstring}, {@code byte[]}, {@code ByteBuffer}
	 * (read-only), {@code InputStream}, {@code String}, any number type, {@code boolean},
	 * {@code Map}, {@code List}, {@code Object}. Null becomes {@code null} for every type
	 * but {@code TNetstring} and the primitive ones.
	 * @param <T> the type
	 * @param type the type
	 * @return the value
	 * @throws TNetstringConversionException if this value is not of that type, is out of
	 * its range, or the type is none of these
	 */
	public <T> @Nullable T as(Class<T> type) {
		return Conversions.convert(this, type);
	}

	/**
	 * Append the encoded value.
	 * @param out written at its writer index
	 */
	public void writeTo(ByteBuf out) {
		out.writeBytes(this.bytes, this.offset, this.size);
	}

	/**
	 * The length of the data, without SIZE and TYPE.
	 * @return bytes
	 */
	public int dataSize() {
		return dataEnd() - this.dataOffset;
	}

	/**
	 * Append the data, without SIZE and TYPE.
	 * @param out written at its writer index
	 */
	public void writeDataTo(ByteBuf out) {
		out.writeBytes(this.bytes, this.dataOffset, dataSize());
	}

	/**
	 * The encoded value.
	 * @return a copy
	 */
	public byte[] toByteArray() {
		return Arrays.copyOfRange(this.bytes, this.offset, this.offset + this.size);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof TNetstring that && Arrays.equals(this.bytes, this.offset, this.offset + this.size,
				that.bytes, that.offset, that.offset + that.size);
	}

	@Override
	public int hashCode() {
		return ByteBuffer.wrap(this.bytes, this.offset, this.size).hashCode();
	}

	/**
	 * The value to look at: like JSON, cut off after about 200 characters, bytes that are
	 * no printable ASCII escaped.
	 */
	@Override
	public String toString() {
		return new Description().describe(read());
	}

	byte[] array() {
		return this.bytes;
	}

	int offset() {
		return this.offset;
	}

	private int dataEnd() {
		return this.offset + this.size - 1;
	}

	private void expect(TNetstringType expected) {
		if (this.type != expected) {
			throw new TNetstringConversionException("Expected " + expected + " but this is " + this.type);
		}
	}

	private void expectNumber() {
		if (this.type != TNetstringType.FLOAT && this.type != TNetstringType.INTEGER) {
			throw new TNetstringConversionException("Expected a number but this is " + this.type);
		}
	}

	private static TNetstringConversionException outOfRange(String type) {
		return new TNetstringConversionException("The number is out of the range of " + type);
	}

	private TNetstringReader read() {
		TNetstringReader reader = new TNetstringReader(this);
		reader.next();
		return reader;
	}

}
