package io.petrichor.tnetstring;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.netty.buffer.ByteBuf;
import io.petrichor.tnetstring.WriterMemory.EncodedKey;

/**
 * Writes one value from front to back, though a container's SIZE stands in front of it
 * and is known only at its end: data goes into one array, the sizes of containers into
 * another, and both are woven together at the end. So no byte is copied more than once,
 * however deep it lies.
 * <p>
 * For use by encoders; checks limits, but not that calls make sense: whoever calls sees
 * to it that containers are ended, that there is one value, and that a dictionary's items
 * are a key and a value in turn. To be closed after use, also after an error. Not
 * thread-safe.
 *
 * @since 0.1.0
 */
public final class TNetstringWriter implements AutoCloseable {

	private static final byte[] TRUE = TNetstring.TRUE.array();

	private static final byte[] FALSE = TNetstring.FALSE.array();

	private static final byte[] NOTHING = {};

	private static final int MAX_DATA = 999_999_999;

	private static final long[] POWERS_OF_TEN = new long[19];

	private static final byte[] ONES = new byte[100];

	private static final byte[] TENS = new byte[100];

	static {
		POWERS_OF_TEN[0] = 1;
		for (int i = 1; i < POWERS_OF_TEN.length; i++) {
			POWERS_OF_TEN[i] = POWERS_OF_TEN[i - 1] * 10;
		}
		for (int i = 0; i < 100; i++) {
			ONES[i] = (byte) ('0' + i % 10);
			TENS[i] = (byte) ('0' + i / 10);
		}
	}

	private static final byte[] LONG_MIN = "20:-9223372036854775808#".getBytes(StandardCharsets.US_ASCII);

	private final TNetstringLimits limits;

	private final WriterMemory memory = WriterMemory.take();

	private boolean closed;

	private byte[] data = this.memory.data;

	private int position;

	private int[] heads = this.memory.heads;

	private int headCount;

	/** The bytes that the SIZEs of the containers ended so far will take. */
	private int headBytes;

	private int[] open = this.memory.open;

	private int depth;

	private int elements;

	private final int maxElements;

	/**
	 * A writer of one value.
	 * @param limits what to refuse
	 */
	public TNetstringWriter(TNetstringLimits limits) {
		this.limits = limits;
		this.maxElements = limits.maxElements();
	}

	/**
	 * Begin a list or a dictionary. Ended by {@link #end}.
	 * @throws IllegalArgumentException if it is nested too deep
	 */
	public void start() {
		item(0);
		if (this.depth == this.limits.maxDepth()) {
			throw new IllegalArgumentException(
					"Nested deeper than the limit of " + this.limits.maxDepth() + ", or holding itself");
		}
		if (this.headCount == this.heads.length) {
			this.heads = Arrays.copyOf(this.heads, this.headCount * 2);
		}
		if (this.depth == this.open.length) {
			this.open = Arrays.copyOf(this.open, this.depth * 2);
		}
		this.open[this.depth++] = this.headCount;
		this.heads[this.headCount++] = this.position;
		this.heads[this.headCount++] = this.headBytes;
	}

	/**
	 * End the container begun last.
	 * @param type {@link TNetstringType#LIST} or {@link TNetstringType#DICTIONARY}
	 */
	public void end(TNetstringType type) {
		int head = this.open[--this.depth];
		int size = this.position - this.heads[head] + this.headBytes - this.heads[head + 1];
		this.heads[head + 1] = size;
		this.headBytes += digits(checkSize(size)) + 1;
		ensure(1);
		this.data[this.position++] = type.code();
	}

	/**
	 * Write null.
	 */
	public void writeNull() {
		item(3);
		byte[] target = this.data;
		int at = this.position;
		target[at] = '0';
		target[at + 1] = ':';
		target[at + 2] = '~';
		this.position = at + 3;
	}

	/**
	 * Write a boolean.
	 * @param value the value
	 */
	public void writeBoolean(boolean value) {
		byte[] encoded = (value) ? TRUE : FALSE;
		item(encoded.length);
		append(encoded, 0, encoded.length);
	}

	/**
	 * Write an integer.
	 * @param value the value
	 */
	public void writeLong(long value) {
		item(24);
		if (value == Long.MIN_VALUE) {
			if (this.limits.maxDigits() < 19) {
				throw tooManyDigits();
			}
			append(LONG_MIN, 0, LONG_MIN.length);
			return;
		}
		long rest = Math.abs(value);
		int digits = digits(rest);
		if (digits > this.limits.maxDigits()) {
			throw tooManyDigits();
		}
		int size = digits + ((value < 0) ? 1 : 0);
		byte[] target = this.data;
		int start = number(target, this.position, size);
		target[start] = ':';
		int end = start + 1 + size;
		putDigits(target, end, rest);
		if (value < 0) {
			target[start + 1] = '-';
		}
		target[end] = '#';
		this.position = end + 1;
	}

	/**
	 * Write an integer of any size.
	 * @param value the value
	 * @throws IllegalArgumentException if it has more digits than the limit
	 */
	public void writeBigInteger(BigInteger value) {
		if (value.bitLength() < 64) {
			writeLong(value.longValue());
			return;
		}
		if (value.bitLength() > this.limits.maxDigits() * 3.33) {
			throw tooManyDigits();
		}
		String digits = value.toString();
		if (digits.length() - ((value.signum() < 0) ? 1 : 0) > this.limits.maxDigits()) {
			throw tooManyDigits();
		}
		writeAscii(digits, '#');
	}

	/**
	 * Write a float, with the fewest digits that read back to the same double.
	 * @param value the value
	 * @throws IllegalArgumentException if it is not finite
	 */
	public void writeDouble(double value) {
		if (!Double.isFinite(value)) {
			throw new IllegalArgumentException(value + " cannot be encoded: a float is finite");
		}
		boolean negative = value < 0 || 1 / value < 0;
		long decimal = Numbers.shortDecimal(Math.abs(value));
		if (decimal >= 0) {
			writeShortDecimal(negative, decimal >> 5, (int) decimal & 31);
		}
		else {
			writeFloatDigits(Numbers.toString(value));
		}
	}

	private void writeShortDecimal(boolean negative, long digits, int places) {
		if (places == 0) {
			digits *= 10;
			places = 1;
		}
		int size = Math.max(digits(digits), places + 1) + ((negative) ? 2 : 1);
		if (size > this.limits.maxDigits()) {
			throw tooManyDigits();
		}
		item(32);
		byte[] target = this.data;
		int start = number(target, this.position, size);
		target[start] = ':';
		int end = start + 1 + size;
		int i = end;
		long rest = digits;
		for (int place = 0; place < places; place++) {
			long next = rest / 10;
			target[--i] = (byte) ('0' + (int) (rest - next * 10));
			rest = next;
		}
		target[--i] = '.';
		i = putDigits(target, i, rest);
		if (negative) {
			target[i - 1] = '-';
		}
		target[end] = '^';
		this.position = end + 1;
	}

	/**
	 * Write a float, with the fewest digits that read back to the same float.
	 * @param value the value
	 * @throws IllegalArgumentException if it is not finite
	 */
	public void writeFloat(float value) {
		if (!Float.isFinite(value)) {
			throw new IllegalArgumentException(value + " cannot be encoded: a float is finite");
		}
		double decimal = Double.parseDouble(Float.toString(value));
		writeDouble(((float) decimal == value) ? decimal : value);
	}

	/**
	 * Write a decimal as a float, with all of its digits.
	 * @param value the value
	 * @throws IllegalArgumentException if it is too long, or no double can hold it
	 */
	public void writeBigDecimal(BigDecimal value) {
		if (Math.abs((long) value.scale()) > Numbers.MAX_SCALE || Double.isInfinite(value.doubleValue())) {
			throw new IllegalArgumentException("A decimal cannot be encoded: its exponent is out of range");
		}
		writeFloatDigits(Numbers.toString(value));
	}

	/**
	 * Write a text as a string of UTF-8.
	 * @param text the text
	 * @throws IllegalArgumentException if it holds half of a surrogate pair
	 */
	public void writeText(String text) {
		int length = text.length();
		item(12L + length);
		byte[] target = this.data;
		int at = number(target, this.position, checkSize(length));
		target[at++] = ':';
		for (int i = 0; i < length; i++) {
			char c = text.charAt(i);
			if (c >= 0x80) {
				writeNonAscii(text);
				return;
			}
			target[at + i] = (byte) c;
		}
		target[at + length] = ',';
		this.position = at + length + 1;
	}

	/**
	 * Write the key of an entry.
	 * @param key the key
	 * @throws IllegalArgumentException if it is too long, or holds half of a surrogate
	 * pair
	 */
	public void writeKey(String key) {
		EncodedKey known = this.memory.encodedKey(key);
		if (known != null && known.size() <= this.limits.maxKeyLength()) {
			item(EncodedKey.MAX_SIZE);
			this.position = known.put(this.data, this.position);
			return;
		}
		if (key.length() > this.limits.maxKeyLength() / 3
				&& (key.length() > this.limits.maxKeyLength() || Utf8.length(key) > this.limits.maxKeyLength())) {
			throw keyTooLong();
		}
		int start = this.position;
		writeText(key);
		this.memory.remember(key, this.data, start, this.position);
	}

	/**
	 * Write the key of an entry.
	 * @param utf8 the key in UTF-8, not copied and not changed
	 * @throws IllegalArgumentException if it is too long
	 */
	public void writeKey(byte[] utf8) {
		if (utf8.length > this.limits.maxKeyLength()) {
			throw keyTooLong();
		}
		writeBytes(utf8, 0, utf8.length);
	}

	/**
	 * Write a string of bytes.
	 * @param bytes holds the bytes
	 * @param offset the first
	 * @param length how many
	 */
	public void writeBytes(byte[] bytes, int offset, int length) {
		item(12L + length);
		head(length);
		append(bytes, offset, length);
		this.data[this.position++] = ',';
	}

	/**
	 * Write a value that is encoded already. What it holds does not count against the
	 * limits of depth and elements.
	 * @param value the value
	 */
	public void writeEncoded(TNetstring value) {
		item(value.size());
		append(value.array(), value.offset(), value.size());
	}

	/**
	 * Append the value to a buffer.
	 * @param out written at its writer index
	 */
	public void writeTo(ByteBuf out) {
		int size = size();
		out.ensureWritable(size);
		if (out.hasArray()) {
			weave(out.array(), out.arrayOffset() + out.writerIndex());
			out.writerIndex(out.writerIndex() + size);
		}
		else if (this.headCount == 0) {
			out.writeBytes(this.data, 0, this.position);
		}
		else {
			out.writeBytes(toByteArray());
		}
	}

	/**
	 * Write the value to a stream.
	 * @param out where to
	 * @throws IOException as the stream does
	 */
	public void writeTo(OutputStream out) throws IOException {
		if (this.headCount == 0) {
			size();
			out.write(this.data, 0, this.position);
		}
		else {
			out.write(toByteArray());
		}
	}

	/**
	 * Forget what was written, to begin another value.
	 */
	public void reset() {
		this.position = 0;
		this.headCount = 0;
		this.headBytes = 0;
		this.depth = 0;
		this.elements = 0;
	}

	/**
	 * Give back the memory for the next writer to use; this one must not be used any
	 * more.
	 */
	@Override
	public void close() {
		if (!this.closed) {
			this.closed = true;
			this.memory.data = this.data;
			this.memory.heads = this.heads;
			this.memory.open = this.open;
			this.memory.give();
			this.data = NOTHING;
		}
	}

	/**
	 * The encoded value.
	 * @return a new array
	 */
	public byte[] toByteArray() {
		byte[] target = new byte[size()];
		weave(target, 0);
		return target;
	}

	/**
	 * The value.
	 * @return the encoded value
	 */
	public TNetstring toTNetstring() {
		byte[] bytes = toByteArray();
		return TNetstring.wrap(bytes, 0, bytes.length);
	}

	/**
	 * The length of what was written and ended so far.
	 * @return bytes
	 * @throws IllegalArgumentException if this is over the limit
	 */
	public int size() {
		long size = (long) this.position + this.headBytes;
		if (size > this.limits.maxSize() || size > Integer.MAX_VALUE - 16) {
			throw tooBig();
		}
		return (int) size;
	}

	/** A string of bytes by itself, which takes no writer. */
	static byte[] string(byte[] bytes) {
		byte[] target = emptyString(bytes.length);
		System.arraycopy(bytes, 0, target, target.length - 1 - bytes.length, bytes.length);
		return target;
	}

	/** A text by itself, which takes no writer if it is ASCII. */
	static byte[] string(String text) {
		int length = text.length();
		byte[] target = emptyString(length);
		int start = target.length - 1 - length;
		for (int i = 0; i < length; i++) {
			char c = text.charAt(i);
			if (c >= 0x80) {
				return TNetstringEncoder.encode(text);
			}
			target[start + i] = (byte) c;
		}
		return target;
	}

	private static byte[] emptyString(int length) {
		if (length > MAX_DATA) {
			throw new IllegalArgumentException("Larger than the limit of " + (MAX_DATA + 11) + " bytes");
		}
		byte[] target = new byte[digits(length) + length + 2];
		target[number(target, 0, length)] = ':';
		target[target.length - 1] = ',';
		return target;
	}

	private void weave(byte[] target, int offset) {
		int from = 0;
		int to = offset;
		for (int i = 0; i < this.headCount; i += 2) {
			int length = this.heads[i] - from;
			System.arraycopy(this.data, from, target, to, length);
			from += length;
			to += length;
			to = number(target, to, this.heads[i + 1]);
			target[to++] = ':';
		}
		System.arraycopy(this.data, from, target, to, this.position - from);
	}

	private void writeNonAscii(String text) {
		int length = Utf8.length(text);
		byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
		ensure(12L + length);
		head(length);
		append(encoded, 0, length);
		this.data[this.position++] = ',';
	}

	private void writeFloatDigits(String digits) {
		if (digits.length() > this.limits.maxDigits()) {
			throw tooManyDigits();
		}
		writeAscii(digits, '^');
	}

	@SuppressWarnings("deprecation")
	private void writeAscii(String digits, char type) {
		int length = digits.length();
		item(12L + length);
		head(length);
		digits.getBytes(0, length, this.data, this.position);
		this.position += length;
		this.data[this.position++] = (byte) type;
	}

	private void head(int size) {
		this.position = number(this.data, this.position, checkSize(size));
		this.data[this.position++] = ':';
	}

	private void append(byte[] bytes, int offset, int length) {
		System.arraycopy(bytes, offset, this.data, this.position, length);
		this.position += length;
	}

	private void item(long size) {
		if (this.depth > 0 && ++this.elements > this.maxElements) {
			throw new IllegalArgumentException("More elements than the limit of " + this.limits.maxElements());
		}
		ensure(size);
	}

	private void ensure(long size) {
		long needed = this.position + size;
		if (needed > this.data.length) {
			grow(needed);
		}
	}

	private void grow(long needed) {
		if (needed - 12 > this.limits.maxSize() || needed > Integer.MAX_VALUE - 16) {
			throw tooBig();
		}
		int length = (int) Math.min(Math.max(needed, this.data.length * 2L), Integer.MAX_VALUE - 16);
		this.data = Arrays.copyOf(this.data, length);
	}

	private int checkSize(int size) {
		if (size < 0 || size > MAX_DATA) {
			throw tooBig();
		}
		return size;
	}

	private IllegalArgumentException tooBig() {
		return new IllegalArgumentException(
				"Larger than the limit of " + Math.min(this.limits.maxSize(), MAX_DATA + 11) + " bytes");
	}

	private IllegalArgumentException keyTooLong() {
		return new IllegalArgumentException("A key longer than the limit of " + this.limits.maxKeyLength());
	}

	private IllegalArgumentException tooManyDigits() {
		return new IllegalArgumentException("A number with more digits than the limit of " + this.limits.maxDigits());
	}

	private static int number(byte[] target, int position, int value) {
		if (value < 10) {
			target[position] = (byte) ('0' + value);
			return position + 1;
		}
		int end = position + digits(value);
		putDigits(target, end, value);
		return end;
	}

	/** By the number of bits, which is off by one at the most. */
	private static int digits(long value) {
		int guess = (64 - Long.numberOfLeadingZeros(value | 1)) * 1233 >> 12;
		return (guess > 18 || value < POWERS_OF_TEN[guess]) ? Math.max(guess, 1) : guess + 1;
	}

	/** Writes digits backward, two at a time; returns where they begin. */
	private static int putDigits(byte[] target, int end, long value) {
		int i = end;
		long rest = value;
		while (rest >= 100_000_000) {
			long next = rest / 100_000_000;
			int eight = (int) (rest - next * 100_000_000);
			i -= 8;
			Numbers.putEightDigits(target, i, eight);
			rest = next;
		}
		int small = (int) rest;
		while (small >= 100) {
			int hundredth = small / 100;
			int pair = small - hundredth * 100;
			target[--i] = ONES[pair];
			target[--i] = TENS[pair];
			small = hundredth;
		}
		target[--i] = ONES[small];
		if (small >= 10) {
			target[--i] = TENS[small];
		}
		return i;
	}

}
