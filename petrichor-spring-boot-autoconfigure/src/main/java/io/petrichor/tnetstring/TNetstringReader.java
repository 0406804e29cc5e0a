package io.petrichor.tnetstring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Walks over a checked value from front to back, item by item, without copying: stands
 * before the value at first, then {@link #next} reads the item that follows in the
 * container it is in, {@link #enter} goes into the container just read and {@link #leave}
 * out of it. A container that is not entered is passed over at no cost.
 * <p>
 * In a dictionary keys and values are items in turn. The methods that read data expect an
 * item of their type. Not thread-safe.
 *
 * @since 0.1.0
 */
public final class TNetstringReader {

	private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

	private static final int[] NO_INTS = {};

	private final byte[] bytes;

	private final int start;

	/** Where the container ends that this is in; the end of all at first. */
	private int end;

	private int item;

	private int data;

	private int dataEnd;

	private int position;

	private byte type;

	private int[] ends = NO_INTS;

	private int depth;

	/**
	 * A reader that stands before a value.
	 * @param value the value
	 */
	public TNetstringReader(TNetstring value) {
		this.bytes = value.array();
		this.start = value.offset();
		this.position = this.start;
		this.end = this.start + value.size();
	}

	/**
	 * Read the next item of this container.
	 * @return {@code false} if there is none
	 */
	public boolean next() {
		int at = this.position;
		if (at == this.end) {
			return false;
		}
		this.item = at;
		byte[] source = this.bytes;
		int size = source[at++] - '0';
		for (byte next = source[at++]; next != ':'; next = source[at++]) {
			size = size * 10 + (next - '0');
		}
		this.data = at;
		at += size;
		this.dataEnd = at;
		this.type = source[at];
		this.position = at + 1;
		return true;
	}

	/**
	 * Go into the list or dictionary just read, before its first item.
	 */
	public void enter() {
		if (this.depth == this.ends.length) {
			this.ends = Arrays.copyOf(this.ends, Math.max(8, this.depth * 2));
		}
		this.ends[this.depth++] = this.end;
		this.end = this.dataEnd;
		this.position = this.data;
	}

	/**
	 * Go out of the container this is in, behind it.
	 */
	public void leave() {
		this.position = this.end + 1;
		this.end = this.ends[--this.depth];
	}

	/**
	 * The type of the item just read.
	 * @return the type
	 */
	public TNetstringType type() {
		return TNetstringType.known(this.type);
	}

	/**
	 * The TYPE of the item just read.
	 * @return as on the wire
	 */
	public byte code() {
		return this.type;
	}

	/**
	 * Where the item just read begins.
	 * @return the distance in bytes from the start of the value
	 */
	public int offset() {
		return this.item - this.start;
	}

	/**
	 * Where the next item begins.
	 * @return the distance in bytes from the start of the value
	 */
	public int nextOffset() {
		return this.position - this.start;
	}

	/**
	 * How long the data of the item just read is.
	 * @return bytes
	 */
	public int length() {
		return this.dataEnd - this.data;
	}

	/**
	 * A byte of the item's data.
	 * @param index which, from 0
	 * @return the byte
	 */
	public byte byteAt(int index) {
		return this.bytes[this.data + index];
	}

	/**
	 * Up to four bytes of a dictionary's key, the first the highest.
	 * @param from the first, from 0
	 * @param to behind the last
	 * @return the bytes as a number
	 */
	public int keyBytes(int from, int to) {
		// What comes before a key, two SIZEs at the least, is four bytes long.
		return (int) INTS.get(this.bytes, this.data + to - 4) & (-1 >>> (32 - 8 * (to - from)));
	}

	/**
	 * Whether the string just read is UTF-8.
	 * @return {@code true} if {@link #text} will succeed
	 */
	public boolean isText() {
		return Utf8.isValid(this.bytes, this.data, this.dataEnd);
	}

	/**
	 * The string just read, as UTF-8.
	 * @return the text
	 * @throws TNetstringConversionException if it is not UTF-8
	 */
	public String text() {
		String text = Utf8.decode(this.bytes, this.data, this.dataEnd);
		if (text == null) {
			throw new TNetstringConversionException("A string that is not UTF-8");
		}
		return text;
	}

	/**
	 * The digits of the number just read, or the string, if it is known that it
	 * {@link #isText is text}: does not look again.
	 * @return the text
	 */
	public String knownText() {
		return Utf8.valid(this.bytes, this.data, this.dataEnd);
	}

	/**
	 * The key just read. One that was read before is, most often, the same object.
	 * @return the text
	 * @throws TNetstringConversionException if it is not UTF-8
	 */
	public String key() {
		return KnownKeys.text(this.bytes, this.data, this.dataEnd - this.data);
	}

	/**
	 * The string just read, as bytes.
	 * @return a copy
	 */
	public byte[] copyBytes() {
		return Arrays.copyOfRange(this.bytes, this.data, this.dataEnd);
	}

	/**
	 * Whether the integer just read is a {@code long}.
	 * @return {@code true} if {@link #longValue} will succeed
	 */
	public boolean isLong() {
		return Numbers.fitsLong(this.bytes, this.data, this.dataEnd);
	}

	/**
	 * The integer just read, which {@link #isLong is a long}.
	 * @return the number
	 */
	public long longValue() {
		return Numbers.parseLong(this.bytes, this.data, this.dataEnd);
	}

	/**
	 * The integer just read.
	 * @return the number
	 */
	public BigInteger bigIntegerValue() {
		return Numbers.parseBigInteger(this.bytes, this.data, this.dataEnd);
	}

	/**
	 * The float or integer just read, as the nearest double.
	 * @return the number, infinite if it is an integer beyond any double
	 */
	public double doubleValue() {
		return Numbers.parseDouble(this.bytes, this.data, this.dataEnd);
	}

	/**
	 * The float or integer just read, with all of its digits.
	 * @return the number
	 * @throws TNetstringConversionException if the exponent is out of range
	 */
	public BigDecimal bigDecimalValue() {
		return Numbers.parseBigDecimal(this.bytes, this.data, this.dataEnd);
	}

	/**
	 * The boolean just read.
	 * @return the value
	 */
	public boolean booleanValue() {
		return this.bytes[this.data] == 't';
	}

	/**
	 * The item just read, as a value of its own on the same bytes.
	 * @return the value
	 */
	public TNetstring value() {
		return TNetstring.wrap(this.bytes, this.item, this.dataEnd + 1 - this.item);
	}

	/**
	 * The item just read and all it holds, as {@link TNetstring#value()} says.
	 * @return the tree
	 * @throws TNetstringConversionException if a dictionary's key is not UTF-8
	 */
	public @Nullable Object tree() {
		return new Tree(this.bytes).read(this.item);
	}

}
