package io.petrichor.tnetstring;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Numbers from and to their decimal digits. Reading expects bytes that passed the
 * grammar.
 */
final class Numbers {

	/** The longest scale, either way, that a decimal is read or written with. */
	static final int MAX_SCALE = 2_000;

	private static final byte[] LARGEST_LONG = "9223372036854775807".getBytes(StandardCharsets.US_ASCII);

	private static final byte[] SMALLEST_LONG = "9223372036854775808".getBytes(StandardCharsets.US_ASCII);

	private static final int SHORT_PLACES = 9;

	private static final boolean SHORTEST_BUT_TWO = Runtime.version().feature() >= 19;

	private static final long[] LONG_POWERS_OF_TEN = { 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000 };

	private static final double[] POWERS_OF_TEN = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
			1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

	private Numbers() {
	}

	static boolean fitsLong(byte[] bytes, int from, int end) {
		if (end - from <= 18) {
			return true;
		}
		int first = firstDigit(bytes, from, end);
		if (end - first != 19) {
			return end - first < 19;
		}
		int order = Arrays.compare(bytes, first, end, LARGEST_LONG, 0, 19);
		return order <= 0 || bytes[from] == '-' && Arrays.equals(bytes, first, end, SMALLEST_LONG, 0, 19);
	}

	/** Expects that {@link #fitsLong}. */
	static long parseLong(byte[] bytes, int from, int end) {
		long value = 0;
		int i = (isSign(bytes[from])) ? from + 1 : from;
		for (; end - i >= 8; i += 8) {
			value = value * 100_000_000 - eightDigits(Words.get(bytes, i));
		}
		if (i < end && end >= 8) {
			value = value * LONG_POWERS_OF_TEN[end - i] - eightDigits(Words.get(bytes, end - 8) & last(end - i));
		}
		else {
			for (; i < end; i++) {
				value = value * 10 - (bytes[i] - '0');
			}
		}
		return (bytes[from] == '-') ? value : -value;
	}

	/**
	 * Of eight bytes, the last ones: no loop, whose end a processor would have to guess.
	 */
	private static long last(int bytes) {
		return -1L << (64 - 8 * bytes);
	}

	/**
	 * Eight digits at once: neighbours are joined to pairs, then to fours, then to eight.
	 */
	private static long eightDigits(long word) {
		long ones = word & 0x0F0F0F0F0F0F0F0FL;
		long pairs = (ones * 10 + (ones >>> 8)) & 0x00FF00FF00FF00FFL;
		long fours = (pairs * 100 + (pairs >>> 16)) & 0x0000FFFF0000FFFFL;
		return (fours * 10_000 + (fours >>> 32)) & 0xFFFFFFFFL;
	}

	/** Whether all of these bytes are digits. */
	static boolean areDigits(byte[] bytes, int from, int end) {
		int i = from;
		for (; end - i >= 8; i += 8) {
			if (!areEightDigits(Words.get(bytes, i))) {
				return false;
			}
		}
		if (i < end && end >= 8) {
			long mask = last(end - i);
			return areEightDigits(Words.get(bytes, end - 8) & mask | 0x3030303030303030L & ~mask);
		}
		for (; i < end; i++) {
			if (bytes[i] < '0' || bytes[i] > '9') {
				return false;
			}
		}
		return true;
	}

	private static boolean areEightDigits(long word) {
		long high = word & 0xF0F0F0F0F0F0F0F0L;
		return high == 0x3030303030303030L && ((word + 0x0606060606060606L) & 0xF0F0F0F0F0F0F0F0L) == high;
	}

	static BigInteger parseBigInteger(byte[] bytes, int from, int end) {
		return new BigInteger(new String(bytes, from, end - from, StandardCharsets.ISO_8859_1));
	}

	static double parseDouble(byte[] bytes, int from, int end) {
		int first = (isSign(bytes[from])) ? from + 1 : from;
		if (isPlainDecimal(bytes, first, end)) {
			long word = lastBytes(bytes, first, end);
			int point = point(word);
			double value = eightDigits(withoutPoint(word, point)) / POWERS_OF_TEN[7 - point];
			return (first > from && bytes[from] == '-') ? -value : value;
		}
		// Exact where at most 15 digits meet a power of ten that is a double itself.
		long digits = 0;
		int count = 0;
		int point = end;
		for (int i = (isSign(bytes[from])) ? from + 1 : from; i < end; i++) {
			int digit = bytes[i] - '0';
			if (digit >= 0 && digit <= 9) {
				digits = digits * 10 + digit;
				if (++count > 15) {
					return parseDoubleSlowly(bytes, from, end);
				}
			}
			else if (bytes[i] == '.') {
				point = i + 1;
			}
			else {
				return parseDoubleSlowly(bytes, from, end);
			}
		}
		double value = digits / POWERS_OF_TEN[end - point];
		return (bytes[from] == '-') ? -value : value;
	}

	/**
	 * Whether these are at most seven digits around one point, as most floats are. May
	 * miss some.
	 */
	static boolean isPlainDecimal(byte[] bytes, int from, int end) {
		if (end - from > 8 || end - from < 2 || end < 8) {
			return false;
		}
		long word = lastBytes(bytes, from, end) | 0x3030303030303030L & ~last(end - from);
		int point = point(word);
		return point < 8 && areEightDigits(withoutPoint(word, point) | 0x30);
	}

	private static long lastBytes(byte[] bytes, int from, int end) {
		return Words.get(bytes, end - 8) & last(end - from);
	}

	/** Which of eight bytes is the first point, or 8. */
	private static int point(long word) {
		long others = word ^ 0x2E2E2E2E2E2E2E2EL;
		return Long.numberOfTrailingZeros((others - 0x0101010101010101L) & ~others & 0x8080808080808080L) >>> 3;
	}

	/** The bytes before the point move into its place. */
	private static long withoutPoint(long word, int point) {
		long before = (1L << (8 * point)) - 1;
		return ((word & before) << 8) | (word & (~before << 8));
	}

	private static double parseDoubleSlowly(byte[] bytes, int from, int end) {
		return Double.parseDouble(new String(bytes, from, end - from, StandardCharsets.ISO_8859_1));
	}

	static BigDecimal parseBigDecimal(byte[] bytes, int from, int end) {
		BigDecimal value;
		try {
			value = new BigDecimal(new String(bytes, from, end - from, StandardCharsets.ISO_8859_1));
		}
		catch (NumberFormatException ex) {
			throw new TNetstringConversionException("A float whose exponent is out of range");
		}
		if (Math.abs((long) value.scale()) > MAX_SCALE) {
			throw new TNetstringConversionException("A float whose exponent is out of range");
		}
		return value;
	}

	/**
	 * A double as a decimal of at most 15 digits and two to nine decimal places, if it is
	 * one: the digits times 32, plus the number of places. Of so few digits only one
	 * decimal reads back to a double, and division by an exact power of ten is what
	 * reading does.
	 * @param value not negative
	 * @return -1 if it is none
	 */
	static long shortDecimal(double value) {
		for (int places = 2; places <= SHORT_PLACES; places++) {
			double scaled = value * POWERS_OF_TEN[places];
			double digits = Math.rint(scaled);
			if (!(digits < 1e15)) {
				return -1;
			}
			// The division costs most, so only where the product is about an integer.
			if (Math.abs(scaled - digits) <= scaled * 0x1p-50 && digits / POWERS_OF_TEN[places] == value) {
				return ((long) digits << 5) | places;
			}
		}
		return -1;
	}

	/**
	 * The shortest plain decimal that reads back to the same double.
	 * @param value finite
	 */
	static String toString(double value) {
		String text = Double.toString(Math.abs(value));
		int e = text.indexOf('E');
		int exponent = (e >= 0) ? Integer.parseInt(text, e + 1, text.length(), 10) : 0;
		int point = text.indexOf('.');
		int end = (e >= 0) ? e : text.length();
		long digits = Long.parseLong(text, 0, point, 10);
		for (int i = point + 1; i < end; i++) {
			digits = digits * 10 + (text.charAt(i) - '0');
			exponent--;
		}
		if (digits != 0) {
			while (digits % 10 == 0) {
				digits /= 10;
				exponent++;
			}
		}
		return ((value < 0 || 1 / value < 0) ? "-" : "") + shortest(Math.abs(value), digits, exponent);
	}

	/** Double.toString has at least two digits, and before Java 19 often too many. */
	private static String shortest(double value, long digits, int exponent) {
		while (digits >= 10 && (!SHORTEST_BUT_TWO || digits < 100)) {
			long down = digits / 10;
			long near = (digits % 10 < 5) ? down : down + 1;
			long shorter = (isSame(near, exponent + 1, value)) ? near
					: (isSame(2 * down + 1 - near, exponent + 1, value)) ? 2 * down + 1 - near : -1;
			if (shorter < 0) {
				break;
			}
			digits = shorter;
			exponent++;
			while (digits % 10 == 0) {
				digits /= 10;
				exponent++;
			}
		}
		return toString(BigDecimal.valueOf((SHORTEST_BUT_TWO) ? digits : nearest(value, digits, exponent), -exponent));
	}

	/**
	 * Of the decimals of as many digits that are the same double, the nearest, or even.
	 */
	private static long nearest(double value, long digits, int exponent) {
		for (long other : new long[] { digits - 1, digits + 1 }) {
			if (isSame(other, exponent, value)) {
				BigDecimal exact = new BigDecimal(value);
				BigDecimal distance = exact.subtract(BigDecimal.valueOf(digits, -exponent)).abs();
				int order = exact.subtract(BigDecimal.valueOf(other, -exponent)).abs().compareTo(distance);
				if (order < 0 || order == 0 && other % 2 == 0) {
					return nearest(value, other, exponent);
				}
			}
		}
		return digits;
	}

	private static boolean isSame(long digits, int exponent, double value) {
		return Double.parseDouble(digits + "e" + exponent) == value;
	}

	static String toString(BigDecimal value) {
		String digits = value.toPlainString();
		return (value.scale() > 0) ? digits : digits + ".0";
	}

	private static int firstDigit(byte[] bytes, int from, int end) {
		int first = (isSign(bytes[from])) ? from + 1 : from;
		while (first < end - 1 && bytes[first] == '0') {
			first++;
		}
		return first;
	}

	private static boolean isSign(byte value) {
		return value == '-' || value == '+';
	}

}
