package io.petrichor.tnetstring;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

	private final byte[] bytes;

	private final int start;

	/** Where the container ends that this is in; the end of all at first. */
	private int end;

	private int item;

	private int data;

	private int dataEnd;

	private int position;

	private TNetstringType type = TNetstringType.NULL;

	private int[] ends = new int[8];

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
		this.type = TNetstringType.known(source[at]);
		this.position = at + 1;
		return true;
	}

	/**
	 * Go into the list or dictionary just read, before its first item.
	 */
	public void enter() {
		if (this.depth == this.ends.length) {
			this.ends = Arrays.copyOf(this.ends, this.depth * 2);
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
		return switch (this.type) {
			case BYTES -> {
				String text = Utf8.decode(this.bytes, this.data, this.dataEnd);
				yield (text != null) ? text : copyBytes();
			}
			case INTEGER -> {
				if (isLong()) {
					yield longValue();
				}
				yield bigIntegerValue();
			}
			case FLOAT -> doubleValue();
			case BOOLEAN -> booleanValue();
			case NULL -> null;
			case DICTIONARY -> map();
			case LIST -> list();
		};
	}

	Map<String, @Nullable Object> map() {
		if (this.data == this.dataEnd) {
			return Collections.emptyMap();
		}
		Map<String, @Nullable Object> map = new LinkedHashMap<>();
		enter();
		while (next()) {
			String key = text();
			next();
			map.put(key, tree());
		}
		leave();
		return Collections.unmodifiableMap(map);
	}

	List<@Nullable Object> list() {
		if (this.data == this.dataEnd) {
			return Collections.emptyList();
		}
		List<@Nullable Object> list = new ArrayList<>();
		enter();
		while (next()) {
			list.add(tree());
		}
		leave();
		return Collections.unmodifiableList(list);
	}

}
