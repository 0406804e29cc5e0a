package io.petrichor.tnetstring;

/**
 * Decimal digits of whole numbers, and the SIZE that stands in front of all data. Small
 * on purpose: all that is written goes through here, and only what is small is inlined
 * wherever it is called.
 */
final class Digits {

	private static final byte[] ONES = new byte[100];

	private static final byte[] TENS = new byte[100];

	/** The least number of so many digits. */
	private static final long[] LEAST = new long[20];

	/** By the leading zeros of a number, the most digits it can have. */
	private static final byte[] MOST_DIGITS = new byte[65];

	static {
		for (int i = 0; i < 100; i++) {
			ONES[i] = (byte) ('0' + i % 10);
			TENS[i] = (byte) ('0' + i / 10);
		}
		LEAST[2] = 10;
		for (int digits = 3; digits < LEAST.length; digits++) {
			LEAST[digits] = LEAST[digits - 1] * 10;
		}
		for (int zeros = 1; zeros <= Long.SIZE; zeros++) {
			MOST_DIGITS[zeros] = (byte) Long.toString(Long.MAX_VALUE >>> (zeros - 1)).length();
		}
	}

	private Digits() {
	}

	/** How many digits it has; none is negative. */
	static int count(long number) {
		int most = MOST_DIGITS[Long.numberOfLeadingZeros(number)];
		return (number < LEAST[most]) ? most - 1 : most;
	}

	/** Writes SIZE and the colon; returns where the data begins. */
	static int putSize(byte[] target, int at, int size) {
		return (size < 100) ? putShortSize(target, at, size) : putLongSize(target, at, size);
	}

	/** Most sizes are short. */
	static int putShortSize(byte[] target, int at, int size) {
		int colon = at;
		if (size >= 10) {
			target[colon++] = TENS[size];
		}
		target[colon++] = ONES[size];
		target[colon] = ':';
		return colon + 1;
	}

	private static int putLongSize(byte[] target, int at, int size) {
		int colon = at + count(size);
		putSmall(target, colon, size);
		target[colon] = ':';
		return colon + 1;
	}

	/** Writes digits backward; returns where they begin. */
	static int put(byte[] target, int end, long number) {
		int begin = end;
		long rest = number;
		while (rest >= 100_000_000) {
			long next = rest / 100_000_000;
			begin -= 8;
			putEight(target, begin, (int) (rest - next * 100_000_000));
			rest = next;
		}
		return putSmall(target, begin, (int) rest);
	}

	/** Two at a time. */
	private static int putSmall(byte[] target, int end, int number) {
		int begin = end;
		int rest = number;
		while (rest >= 100) {
			int next = rest / 100;
			begin -= 2;
			putTwo(target, begin, rest - next * 100);
			rest = next;
		}
		target[--begin] = ONES[rest];
		if (rest >= 10) {
			target[--begin] = TENS[rest];
		}
		return begin;
	}

	/** A number below 100 as two digits. */
	static void putTwo(byte[] target, int at, int number) {
		target[at + 1] = ONES[number];
		target[at] = TENS[number];
	}

	/** A number below 100,000,000 as eight digits, all at once. */
	private static void putEight(byte[] target, int at, int number) {
		int high = number / 10_000;
		long fours = ((long) (number - high * 10_000) << 32) | high;
		long hundreds = ((fours * 10_486) >>> 20) & 0x0000007F0000007FL;
		long pairs = ((fours - hundreds * 100) << 16) | hundreds;
		long tens = ((pairs * 103) >>> 10) & 0x000F000F000F000FL;
		long ones = ((pairs - tens * 10) << 8) | tens;
		Words.put(target, at, ones | 0x3030303030303030L);
	}

}
