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
 * and is known only at its end. Room is left for as many digits as the last container at
 * that depth took, which is right for most lists of records. Where it is not, SIZE is
 * noted, and set between the data when all of it is copied out. So no byte is copied more
 * than once, however deep it lies.
 * <p>
 * For use by encoders; checks limits, but not that calls make sense: whoever calls sees
 * to it that containers are ended, that there is one value, and that a dictionary's items
 * are a key and a value in turn. To be closed after use, also after an error. Not
 * thread-safe.
 *
 * @since 0.1.0
 */
public final class TNetstringWriter implements AutoCloseable {

	private static final long NULL = Words.of("0:~");

	private static final long TRUE = Words.of("4:true!");

	private static final long FALSE = Words.of("5:false!");

	private static final byte[] NOTHING = {};

	private static final int MAX_DATA = 999_999_999;

	/** The bytes of the longest SIZE and its colon. */
	private static final int MAX_HEAD = 10;

	/** How much more room than it takes is asked for an item. */
	private static final int MAX_UNUSED = 32;

	private static final byte[] LONG_MIN = "20:-9223372036854775808#".getBytes(StandardCharsets.US_ASCII);

	private final TNetstringLimits limits;

	private final WriterMemory memory = WriterMemory.take();

	private boolean closed;

	private byte[] data = this.memory.data;

	private int position;

	private int[] heads = this.memory.heads;

	private int headCount;

	/** The bytes that the noted SIZEs will take beyond the room left for them. */
	private int headBytes;

	private int[] open = this.memory.open;

	private int depth;

	/** How many elements more there may be, and one, as the value itself is none. */
	private int left;

	private final int maxKeyLength;

	private final int maxDigits;

	/**
	 * A writer of one value.
	 * @param limits what to refuse
	 */
	public TNetstringWriter(TNetstringLimits limits) {
		this.limits = limits;
		this.left = limits.maxElements();
		this.maxKeyLength = limits.maxKeyLength();
		this.maxDigits = limits.maxDigits();
	}

	/**
	 * Begin a list or a dictionary. Ended by {@link #end}.
	 * @throws IllegalArgumentException if it is nested too deep
	 */
	public void start() {
		item(MAX_HEAD);
		if (this.depth == this.limits.maxDepth()) {
			throw new IllegalArgumentException(
					"Nested deeper than the limit of " + this.limits.maxDepth() + ", or holding itself");
		}
		if (this.headCount == this.heads.length) {
			this.heads = Arrays.copyOf(this.heads, this.headCount * 2);
		}
		if (this.depth * 2 == this.open.length) {
			this.open = Arrays.copyOf(this.open, this.depth * 4);
		}
		this.open[this.depth * 2] = this.headCount;
		int room = this.open[this.depth * 2 + 1] + 1;
		this.depth++;
		this.heads[this.headCount] = this.position;
		this.position += room;
		this.heads[this.headCount + 1] = this.position;
		this.heads[this.headCount + 2] = this.headBytes;
		this.headCount += 3;
	}

	/**
	 * End the container begun last.
	 * @param type {@link TNetstringType#LIST} or {@link TNetstringType#DICTIONARY}
	 */
	public void end(TNetstringType type) {
		this.depth--;
		int head = this.open[this.depth * 2];
		int expected = this.open[this.depth * 2 + 1];
		int size = checkSize(this.position - this.heads[head + 1] + this.headBytes - this.heads[head + 2]);
		int digits = Digits.count(size);
		if (digits == expected && head + 3 == this.headCount) {
			Digits.putSize(this.data, this.heads[head], size);
			this.headCount = head;
		}
		else {
			this.heads[head + 2] = size;
			this.headBytes += digits - expected;
			this.open[this.depth * 2 + 1] = digits;
		}
		if (this.position == this.data.length) {
			grow(this.position + 1L);
		}
		this.data[this.position++] = type.code();
	}

	/**
	 * Write null.
	 */
	public void writeNull() {
		item(Long.BYTES);
		Words.put(this.data, this.position, NULL);
		this.position += 3;
	}

	/**
	 * Write a boolean.
	 * @param value the value
	 */
	public void writeBoolean(boolean value) {
		item(Long.BYTES);
		Words.put(this.data, this.position, (value) ? TRUE : FALSE);
		this.position += (value) ? 7 : 8;
	}

	/**
	 * Write an integer.
	 * @param value the value
	 */
	public void writeLong(long value) {
		item(24);
		if (value == Long.MIN_VALUE) {
			if (this.maxDigits < 19) {
				throw tooManyDigits();
			}
			append(LONG_MIN, 0, LONG_MIN.length);
			return;
		}
		long rest = Math.abs(value);
		int digits = Digits.count(rest);
		if (digits > this.maxDigits) {
			throw tooManyDigits();
		}
		int size = digits + ((value < 0) ? 1 : 0);
		byte[] target = this.data;
		int start = Digits.putShortSize(target, this.position, size);
		int end = start + size;
		Digits.put(target, end, rest);
		if (value < 0) {
			target[start] = '-';
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
		if (value.bitLength() > this.maxDigits * 3.33) {
			throw tooManyDigits();
		}
		String digits = value.toString();
		if (digits.length() - ((value.signum() < 0) ? 1 : 0) > this.maxDigits) {
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
		while (places > 1 && digits % 10 == 0) {
			digits /= 10;
			places--;
		}
		int size = Math.max(Digits.count(digits), places + 1) + ((negative) ? 2 : 1);
		if (size > this.maxDigits) {
			throw tooManyDigits();
		}
		item(32);
		byte[] target = this.data;
		int end = Digits.putShortSize(target, this.position, size) + size;
		int i = end;
		long rest = digits;
		for (int left = places; left > 1; left -= 2) {
			long next = rest / 100;
			i -= 2;
			Digits.putTwo(target, i, (int) (rest - next * 100));
			rest = next;
		}
		if (places % 2 == 1) {
			long next = rest / 10;
			target[--i] = (byte) ('0' + rest - next * 10);
			rest = next;
		}
		target[--i] = '.';
		i = Digits.put(target, i, rest);
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
		item(12 + checkSize(length));
		byte[] target = this.data;
		int at = Digits.putSize(target, this.position, length);
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
		if (known != null && known.size() <= this.maxKeyLength) {
			item(EncodedKey.MAX_SIZE);
			this.position = known.put(this.data, this.position);
			return;
		}
		if (key.length() > this.maxKeyLength / 3
				&& (key.length() > this.maxKeyLength || Utf8.length(key) > this.maxKeyLength)) {
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
		if (utf8.length > this.maxKeyLength) {
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
		item(12 + checkSize(length));
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
		this.left = this.limits.maxElements();
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
		byte[] target = new byte[Digits.count(length) + length + 2];
		Digits.putSize(target, 0, length);
		target[target.length - 1] = ',';
		return target;
	}

	private void weave(byte[] target, int offset) {
		int from = 0;
		int to = offset;
		for (int i = 0; i < this.headCount; i += 3) {
			int length = this.heads[i] - from;
			System.arraycopy(this.data, from, target, to, length);
			to = Digits.putSize(target, to + length, this.heads[i + 2]);
			from = this.heads[i + 1];
		}
		System.arraycopy(this.data, from, target, to, this.position - from);
	}

	private void writeNonAscii(String text) {
		int length = Utf8.length(text);
		byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
		if (this.data.length - this.position < 12 + checkSize(length)) {
			grow(this.position + 12L + length);
		}
		head(length);
		append(encoded, 0, length);
		this.data[this.position++] = ',';
	}

	private void writeFloatDigits(String digits) {
		if (digits.length() > this.maxDigits) {
			throw tooManyDigits();
		}
		writeAscii(digits, '^');
	}

	@SuppressWarnings("deprecation")
	private void writeAscii(String digits, char type) {
		int length = digits.length();
		item(12 + length);
		head(length);
		digits.getBytes(0, length, this.data, this.position);
		this.position += length;
		this.data[this.position++] = (byte) type;
	}

	private void head(int size) {
		this.position = Digits.putSize(this.data, this.position, size);
	}

	private void append(byte[] bytes, int offset, int length) {
		System.arraycopy(bytes, offset, this.data, this.position, length);
		this.position += length;
	}

	/** One more element, and room for it. Small, so that it is always inlined. */
	private void item(int size) {
		if (--this.left < -1 || this.data.length - this.position < size) {
			makeRoom(size);
		}
	}

	private void makeRoom(int size) {
		if (this.left < -1) {
			throw new IllegalArgumentException("More elements than the limit of " + this.limits.maxElements());
		}
		grow((long) this.position + size);
	}

	/**
	 * The limit is kept by {@link #size}; here it only bounds the memory, since more room
	 * is asked for than is taken.
	 */
	private void grow(long needed) {
		long unused = MAX_UNUSED + (long) MAX_HEAD * this.depth;
		if (needed + this.headBytes - unused > this.limits.maxSize() || needed > Integer.MAX_VALUE - 16) {
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
		return new IllegalArgumentException("A key longer than the limit of " + this.maxKeyLength);
	}

	private IllegalArgumentException tooManyDigits() {
		return new IllegalArgumentException("A number with more digits than the limit of " + this.maxDigits);
	}

}
