package io.petrichor.tnetstring;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * An oracle for floats, slow and plain: of the decimals that read back to the same
 * double, one of the fewest digits, and of these the nearest, or the even one.
 */
final class ShortestDecimal {

	private ShortestDecimal() {
	}

	static String of(double value) {
		if (value == 0) {
			return Double.toString(value);
		}
		BigDecimal exact = new BigDecimal(value);
		for (int precision = 1;; precision++) {
			int digits = precision;
			BigDecimal found = Stream.of(RoundingMode.DOWN, RoundingMode.UP)
				.map((mode) -> exact.round(new MathContext(digits, mode)))
				.filter((decimal) -> decimal.doubleValue() == value)
				.min(Comparator.comparing((BigDecimal decimal) -> decimal.subtract(exact).abs())
					.thenComparing((decimal) -> decimal.unscaledValue().testBit(0)))
				.orElse(null);
			if (found != null) {
				String plain = found.stripTrailingZeros().toPlainString();
				return (plain.contains(".")) ? plain : plain + ".0";
			}
		}
	}

}
