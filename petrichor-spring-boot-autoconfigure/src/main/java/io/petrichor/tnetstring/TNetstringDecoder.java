package io.petrichor.tnetstring;

import java.security.SecureRandom;
import java.util.Arrays;

import io.petrichor.tnetstring.TNetstringException.Kind;

/**
 * Checks bytes against the grammar and wraps them: the one place that knows the rules of
 * the format. Builds no objects for what is inside, keeps its place in two small arrays
 * instead of the Java stack, and takes no memory for what a SIZE promises.
 * <p>
 * One per connection, not thread-safe. The budget of elements runs over all values
 * decoded since the last {@link #reset()}, so that a message made of several values has
 * one budget.
 *
 * @see <a href="https://tnetstrings.info">tnetstrings.info</a>
 * @since 0.1.0
 */
public final class TNetstringDecoder {

	/** Up to here keys are compared each with each; above, through a hash table. */
	private static final int FEW_KEYS = 12;

	/** Scratch arrays longer than this are not kept between values. */
	private static final int KEPT_SCRATCH = 64;

	private static final int[] NO_INTS = {};

	private static final long[] NO_LONGS = {};

	private static final long SEED = new SecureRandom().nextLong();

	private static final long SECRET = new SecureRandom().nextLong() | 1;

	private TNetstringLimits limits;

	private int elements;

	/** Of each open container: where its data ends, and its first key or -1 in a list. */
	private int[] open = NO_INTS;

	/** Offset and length of each key of the open dictionaries. */
	private long[] keys = NO_LONGS;

	/**
	 * A decoder with limits.
	 * @param limits what to refuse
	 */
	public TNetstringDecoder(TNetstringLimits limits) {
		this.limits = limits;
	}

	/**
	 * Use other limits from the next value on.
	 * @param limits what to refuse
	 */
	public void limits(TNetstringLimits limits) {
		this.limits = limits;
	}

	/**
	 * Begin a new message: the budget of elements is full again.
	 */
	public void reset() {
		this.elements = 0;
	}

	/**
	 * Check and wrap exactly one value.
	 * @param encoded holds the encoded value; belongs to the result from now on and must
	 * not be changed any more
	 * @param offset where the value begins
	 * @param length its length in bytes
	 * @return the value, on the same array
	 * @throws TNetstringException if this is not one whole value within the limits
	 */
	public TNetstring decode(byte[] encoded, int offset, int length) {
		int end = offset + length;
		int data = stringData(encoded, offset, end);
		if (data >= 0 && length <= this.limits.maxSize()) {
			return TNetstring.string(encoded, offset, data, length);
		}
		int valueEnd = check(encoded, offset, end);
		if (valueEnd != end) {
			throw malformed("More bytes after the value", valueEnd - offset);
		}
		return TNetstring.wrap(encoded, offset, length);
	}

	/**
	 * Where the data of a string begins that is all there is: its bytes may be anything,
	 * and need no walk. Else -1.
	 */
	private static int stringData(byte[] bytes, int start, int end) {
		if (start == end || bytes[end - 1] != ',') {
			return -1;
		}
		int size = 0;
		int position = start;
		int digitsEnd = Math.min(end, start + 9);
		while (position < digitsEnd && isDigit(bytes[position])) {
			size = size * 10 + (bytes[position++] - '0');
		}
		return (position > start && bytes[position] == ':' && position + 1 + size + 1 == end) ? position + 1 : -1;
	}

	/**
	 * Check and wrap the first value of several.
	 * @param encoded holds the encoded values; belongs to the result from now on and must
	 * not be changed any more
	 * @param offset where the value begins
	 * @param length the number of bytes there are
	 * @return the value, on the same array; its size tells where the next one begins
	 * @throws TNetstringException if this does not begin with a value within the limits
	 */
	public TNetstring decodeFirst(byte[] encoded, int offset, int length) {
		int valueEnd = check(encoded, offset, offset + length);
		return TNetstring.wrap(encoded, offset, valueEnd - offset);
	}

	/** What is kept for the next value. */
	int scratchBytes() {
		return Integer.BYTES * this.open.length + Long.BYTES * this.keys.length;
	}

	/**
	 * Walk over one value.
	 * @return where it ends
	 */
	private int check(byte[] bytes, int start, int inputEnd) {
		try {
			return walk(bytes, start, inputEnd);
		}
		finally {
			if (this.open.length > KEPT_SCRATCH) {
				this.open = NO_INTS;
			}
			if (this.keys.length > KEPT_SCRATCH) {
				this.keys = NO_LONGS;
			}
		}
	}

	private int walk(byte[] bytes, int start, int inputEnd) {
		int position = start;
		int end = inputEnd;
		int depth = 0;
		int keyCount = 0;
		int firstKey = -1;
		boolean keyExpected = false;
		int maxElements = this.limits.maxElements();
		int maxKeyLength = this.limits.maxKeyLength();
		int read = this.elements;
		while (true) {
			int itemStart = position;
			int size;
			if (depth == 0) {
				size = readSize(bytes, position, end, start);
				position = behindColon(bytes, position);
				if (size >= end - position) {
					throw torn(0, "The value ends before its TYPE", inputEnd - start);
				}
			}
			else {
				// Most SIZEs have one or two digits. The container's TYPE is none, so
				// that
				// this does not read behind it.
				size = bytes[position] - '0';
				int next = bytes[position + 1];
				if (next == ':' && size >= 0 && size <= 9) {
					position += 2;
				}
				else if (size > 0 && size <= 9 && next >= '0' && next <= '9' && bytes[position + 2] == ':') {
					size = size * 10 + next - '0';
					position += 3;
				}
				else {
					size = readSize(bytes, position, end, start);
					position = behindColon(bytes, position);
				}
				if (size >= end - position) {
					throw malformed("An item that runs past its container", itemStart - start);
				}
				if (++read > maxElements) {
					throw tooBig("More elements than the limit of " + maxElements, itemStart - start);
				}
			}
			int dataEnd = position + size;
			byte type = bytes[dataEnd];
			if (keyExpected) {
				if (type != ',') {
					throw malformed("A key that is no string", itemStart - start);
				}
				if (size > maxKeyLength) {
					throw tooBig("A key longer than the limit of " + maxKeyLength, itemStart - start);
				}
				if (keyCount == this.keys.length) {
					this.keys = Arrays.copyOf(this.keys, Math.max(16, keyCount * 2));
				}
				this.keys[keyCount++] = ((long) position << 32) | size;
				position = dataEnd + 1;
				if (position == end) {
					throw malformed("A key without a value", itemStart - start);
				}
				keyExpected = false;
				continue;
			}
			switch (type) {
				case ',' -> {
				}
				case '#' -> checkInteger(bytes, position, dataEnd, start);
				case '^' -> checkFloat(bytes, position, dataEnd, start);
				case '!' -> checkBoolean(bytes, position, dataEnd, start);
				case '~' -> {
					if (size != 0) {
						throw malformed("A null that is not empty", position - start);
					}
				}
				case '}', ']' -> {
					if (depth == this.limits.maxDepth()) {
						throw tooBig("Nested deeper than the limit of " + this.limits.maxDepth(), itemStart - start);
					}
					if (size > 0) {
						if (this.open.length == 2 * depth) {
							// No more levels than three bytes each can make of what is
							// left
							int levels = Math.min(2 * depth, depth + 1 + size / 3);
							this.open = Arrays.copyOf(this.open, Math.max(16, 2 * levels));
						}
						this.open[2 * depth] = end;
						this.open[2 * depth + 1] = firstKey;
						depth++;
						end = dataEnd;
						keyExpected = (type == '}');
						firstKey = (keyExpected) ? keyCount : -1;
						continue;
					}
				}
				default -> throw malformed("An unknown TYPE", dataEnd - start);
			}
			position = dataEnd + 1;
			// Close what ends here
			while (depth > 0 && position == end) {
				if (firstKey >= 0) {
					checkKeys(bytes, firstKey, keyCount, start);
					keyCount = firstKey;
				}
				depth--;
				position = end + 1;
				end = this.open[2 * depth];
				firstKey = this.open[2 * depth + 1];
			}
			if (depth == 0) {
				this.elements = read;
				return position;
			}
			keyExpected = (firstKey >= 0);
		}
	}

	/** Reads SIZE with all of its rules, within the limit if it is the outermost. */
	private int readSize(byte[] bytes, int from, int end, int start) {
		int size = 0;
		for (int position = from;; position++) {
			if (position == end) {
				throw torn(from - start, "The value ends within its SIZE", position - start);
			}
			int digit = bytes[position] - '0';
			if (digit < 0 || digit > 9) {
				if (bytes[position] != ':' || position == from) {
					throw malformed("A byte that is no digit in SIZE", position - start);
				}
				if (from == start && (long) position + 2 - from + size > this.limits.maxSize()) {
					throw tooBig("A SIZE over the limit of " + this.limits.maxSize(), 0);
				}
				return size;
			}
			if (position - from == 9) {
				throw malformed("A SIZE of more than nine digits", position - start);
			}
			size = size * 10 + digit;
			if (from == start && size > this.limits.maxSize()) {
				throw tooBig("A SIZE over the limit of " + this.limits.maxSize(), position - start);
			}
		}
	}

	private static int behindColon(byte[] bytes, int from) {
		int position = from;
		while (bytes[position] != ':') {
			position++;
		}
		return position + 1;
	}

	private void checkInteger(byte[] bytes, int from, int end, int start) {
		int position = (from < end && (bytes[from] == '-' || bytes[from] == '+')) ? from + 1 : from;
		if (position == end) {
			throw malformed("An integer without digits", from - start);
		}
		if (end - position > this.limits.maxDigits()) {
			throw tooBig("More digits than the limit of " + this.limits.maxDigits(), from - start);
		}
		if (!Numbers.areDigits(bytes, position, end)) {
			while (isDigit(bytes[position])) {
				position++;
			}
			throw malformed("A byte that is no digit in an integer", position - start);
		}
	}

	private void checkFloat(byte[] bytes, int from, int end, int start) {
		if (end - from > this.limits.maxDigits()) {
			throw tooBig("A float longer than the limit of " + this.limits.maxDigits(), from - start);
		}
		int position = (from < end && (bytes[from] == '-' || bytes[from] == '+')) ? from + 1 : from;
		if (Numbers.isPlainDecimal(bytes, position, end)) {
			return;
		}
		int whole = position;
		while (position < end && isDigit(bytes[position])) {
			position++;
		}
		whole = position - whole;
		int digits = whole;
		if (position < end && bytes[position] == '.') {
			int fraction = ++position;
			while (position < end && isDigit(bytes[position])) {
				position++;
			}
			digits += position - fraction;
		}
		if (digits == 0) {
			throw malformed("A float without digits", from - start);
		}
		boolean exponent = position < end && (bytes[position] == 'e' || bytes[position] == 'E');
		if (exponent) {
			position++;
			if (position < end && (bytes[position] == '-' || bytes[position] == '+')) {
				position++;
			}
			int first = position;
			while (position < end && isDigit(bytes[position])) {
				position++;
			}
			if (position == first) {
				throw malformed("An exponent without digits", position - start);
			}
		}
		if (position != end) {
			throw malformed("A byte that does not belong in a float", position - start);
		}
		if ((exponent || whole > 308) && Double.isInfinite(Numbers.parseDouble(bytes, from, end))) {
			throw malformed("A float that no double can hold", from - start);
		}
	}

	private static void checkBoolean(byte[] bytes, int from, int end, int start) {
		boolean valid = switch (end - from) {
			case 4 -> bytes[from] == 't' && bytes[from + 1] == 'r' && bytes[from + 2] == 'u' && bytes[from + 3] == 'e';
			case 5 -> bytes[from] == 'f' && bytes[from + 1] == 'a' && bytes[from + 2] == 'l' && bytes[from + 3] == 's'
					&& bytes[from + 4] == 'e';
			default -> false;
		};
		if (!valid) {
			throw malformed("A boolean that is neither true nor false", from - start);
		}
	}

	/** Refuses a dictionary with a key twice. */
	private void checkKeys(byte[] bytes, int from, int to, int start) {
		if (to - from > FEW_KEYS) {
			checkManyKeys(bytes, from, to, start);
			return;
		}
		long seen = 0;
		for (int i = from; i < to; i++) {
			long key = this.keys[i];
			long trait = 1L << trait(bytes, (int) (key >>> 32), (int) key);
			if ((seen & trait) != 0) {
				for (int j = from; j < i; j++) {
					if (sameKey(bytes, key, this.keys[j])) {
						throw keyTwice(key, start);
					}
				}
			}
			seen |= trait;
		}
	}

	/**
	 * One of 64 places, by the size and the last bytes; keys in different ones differ.
	 */
	private static int trait(byte[] bytes, int from, int size) {
		int end = from + size;
		long last = 0;
		if (end >= 8) {
			last = (size > 0) ? Words.get(bytes, end - 8) >>> Math.max(0, 64 - 8 * size) : 0;
		}
		else {
			for (int i = end - 1; i >= from; i--) {
				last = (last << 8) | (bytes[i] & 0xff);
			}
		}
		return (int) (((last + size) * 0x9E3779B97F4A7C15L) >>> 58);
	}

	private void checkManyKeys(byte[] bytes, int from, int to, int start) {
		int mask = Integer.highestOneBit(to - from) * 4 - 1;
		int[] table = new int[mask + 1];
		for (int i = from; i < to; i++) {
			long key = this.keys[i];
			int slot = hash(bytes, (int) (key >>> 32), (int) key) & mask;
			while (table[slot] != 0) {
				if (sameKey(bytes, key, this.keys[table[slot] - 1])) {
					throw keyTwice(key, start);
				}
				slot = (slot + 1) & mask;
			}
			table[slot] = i + 1;
		}
	}

	private static boolean sameKey(byte[] bytes, long one, long other) {
		if ((int) one != (int) other) {
			return false;
		}
		int size = (int) one;
		int a = (int) (one >>> 32);
		int b = (int) (other >>> 32);
		if (size > 0 && bytes[a] != bytes[b]) {
			return false;
		}
		return Arrays.equals(bytes, a, a + size, bytes, b, b + size);
	}

	/** Seeded, so that a peer cannot choose keys that collide. */
	static int hash(byte[] bytes, int from, int size) {
		long hash = SEED ^ size;
		for (int i = 0; i < size; i += 8) {
			long word = 0;
			for (int j = i, last = Math.min(size, i + 8); j < last; j++) {
				word = (word << 8) | (bytes[from + j] & 0xff);
			}
			long mixed = hash ^ word;
			hash = Math.multiplyHigh(mixed, SECRET) ^ (mixed * SECRET);
		}
		return (int) (hash ^ (hash >>> 32));
	}

	private static boolean isDigit(byte value) {
		return value >= '0' && value <= '9';
	}

	private static TNetstringException torn(int depth, String reason, int offset) {
		return new TNetstringException((depth == 0) ? Kind.INCOMPLETE : Kind.MALFORMED, reason, offset);
	}

	private static TNetstringException keyTwice(long key, int start) {
		return malformed("A key twice", (int) (key >>> 32) - start);
	}

	private static TNetstringException malformed(String reason, int offset) {
		return new TNetstringException(Kind.MALFORMED, reason, offset);
	}

	private static TNetstringException tooBig(String reason, int offset) {
		return new TNetstringException(Kind.TOO_BIG, reason, offset);
	}

}
