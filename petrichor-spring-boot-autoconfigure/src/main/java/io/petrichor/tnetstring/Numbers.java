package io.petrichor.tnetstring;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * Numbers from and to their decimal digits. Reading expects bytes that passed the
 * grammar.
 */
final class Numbers {

	/** The longest scale, either way, that a decimal is read or written with. */
	static final int MAX_SCALE = 2_000;

	private static final double[] POWERS_OF_TEN = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
			1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

	private Numbers() {
	}

	static boolean fitsLong(byte[] bytes, int from, int end) {
		int first = firstDigit(bytes, from, end);
		if (end - first < 19) {
			return true;
		}
		return end - first == 19 && parseBigInteger(bytes, from, end).bitLength() < 64;
	}

	/** Expects that {@link #fitsLong}. */
	static long parseLong(byte[] bytes, int from, int end) {
		long value = 0;
		for (int i = firstDigit(bytes, from, end); i < end; i++) {
			value = value * 10 - (bytes[i] - '0');
		}
		return (bytes[from] == '-') ? value : -value;
	}

	static BigInteger parseBigInteger(byte[] bytes, int from, int end) {
		return new BigInteger(new String(bytes, from, end - from, StandardCharsets.ISO_8859_1));
	}

	static double parseDouble(byte[] bytes, int from, int end) {
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
	 * The shortest plain decimal that reads back to the same double.
	 */
	static String toString(double value) {
		if (value == 0 || !Double.isFinite(value)) {
			return Double.toString(value);
		}
		BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
		while (decimal.precision() > 1) {
			BigDecimal shorter = shorter(decimal, value);
			if (shorter == null) {
				break;
			}
			decimal = shorter.stripTrailingZeros();
		}
		return toString(decimal);
	}

	/** Double.toString has at least two digits, and before Java 19 often too many. */
	private static @Nullable BigDecimal shorter(BigDecimal decimal, double value) {
		int precision = decimal.precision() - 1;
		BigDecimal exact = new BigDecimal(value);
		BigDecimal down = exact.round(new MathContext(precision, RoundingMode.DOWN));
		BigDecimal up = exact.round(new MathContext(precision, RoundingMode.UP));
		boolean downNearer = exact.subtract(down).abs().compareTo(up.subtract(exact).abs()) <= 0;
		BigDecimal near = (downNearer) ? down : up;
		if (near.doubleValue() == value) {
			return near;
		}
		BigDecimal far = (downNearer) ? up : down;
		return (far.doubleValue() == value) ? far : null;
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
