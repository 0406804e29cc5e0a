package io.petrichor.tnetstring;

import org.jspecify.annotations.Nullable;

/**
 * Keys that were read before, so that those that come again, as most do, are not made
 * again. A fixed number of short ones, the newer in place of the older. Threads share it
 * without waiting: an entry is immutable, and one that is missed is only made again.
 */
final class KnownKeys {

	private static final int BITS = 9;

	private static final int MAX_SIZE = 24;

	private static final @Nullable Key[] KEYS = new @Nullable Key[1 << BITS];

	private KnownKeys() {
	}

	/**
	 * The text of a key.
	 * @throws TNetstringConversionException if it is not UTF-8
	 */
	static String text(byte[] bytes, int from, int size) {
		if (size == 0 || size > MAX_SIZE || from + MAX_SIZE > bytes.length) {
			return decode(bytes, from, size);
		}
		long first = word(bytes, from, size);
		long second = word(bytes, from + 8, size - 8);
		long third = word(bytes, from + 16, size - 16);
		int place = (int) (((first + 31 * second + 17 * third + size) * 0x9E3779B97F4A7C15L) >>> (64 - BITS));
		Key known = KEYS[place];
		if (known != null && known.first == first && known.second == second && known.third == third
				&& known.size == size) {
			return known.text;
		}
		String text = decode(bytes, from, size);
		KEYS[place] = new Key(first, second, third, size, text);
		return text;
	}

	/** Up to eight bytes. */
	private static long word(byte[] bytes, int from, int size) {
		if (size <= 0) {
			return 0;
		}
		long word = Words.get(bytes, from);
		return (size >= 8) ? word : word & ((1L << (8 * size)) - 1);
	}

	private static String decode(byte[] bytes, int from, int size) {
		String text = Utf8.decode(bytes, from, from + size);
		if (text == null) {
			throw new TNetstringConversionException("A key that is not UTF-8");
		}
		return text;
	}

	/** A key's bytes, as words, and its text. */
	private record Key(long first, long second, long third, int size, String text) {
	}

}
