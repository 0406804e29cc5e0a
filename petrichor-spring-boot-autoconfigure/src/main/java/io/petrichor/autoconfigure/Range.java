package io.petrichor.autoconfigure;

import java.time.Duration;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;

/**
 * What the value of a property may be. Checked where it is set, so that a value that
 * cannot work fails the start and is named there, not one by one by the connections that
 * come later.
 *
 * @param <T> the type of the value
 * @param least the least value
 * @param most the most
 * @param words the same, for who configures it
 */
record Range<T extends Comparable<T>>(T least, T most, String words) {

	/** How many of something; none of it would be a server or client of no use. */
	static final Range<Integer> COUNT = new Range<>(1, Integer.MAX_VALUE, "at least 1");

	/** How many of something of which there need not be any. */
	static final Range<Integer> COUNT_OR_NONE = new Range<>(0, Integer.MAX_VALUE, "at least 0");

	/** A dictionary with one entry has a key and its value. */
	static final Range<Integer> ELEMENTS = new Range<>(2, Integer.MAX_VALUE, "at least 2");

	static final Range<Integer> PORT = new Range<>(0, 65535, "from 0 to 65535");

	/** What the nine digits of a TNetstring's size can say. */
	static final Range<DataSize> SIZE = new Range<>(DataSize.ofBytes(1), DataSize.ofBytes(999_999_999),
			"from 1B to 999999999B");

	static final Range<DataSize> MEMORY = new Range<>(DataSize.ofBytes(1), DataSize.ofBytes(Long.MAX_VALUE),
			"at least 1B");

	/** A hundred years, which is as good as never, can be counted in nanoseconds. */
	private static final Duration NEVER = Duration.ofDays(36500);

	static final Range<Duration> TIME = new Range<>(Duration.ofMillis(1), NEVER, "from 1ms to 36500d");

	static final Range<Duration> TIME_OR_NONE = new Range<>(Duration.ZERO, NEVER, "from 0s to 36500d");

	/**
	 * Check a value.
	 * @param property the name of the property, or the end of it that is always the same
	 * @param value the value
	 * @return the value
	 */
	T check(String property, T value) {
		if (value.compareTo(this.least) < 0 || value.compareTo(this.most) > 0) {
			throw new IllegalArgumentException(
					"'%s' is %s; it must be %s".formatted(property, text(value), this.words));
		}
		return value;
	}

	private static String text(Object value) {
		return (value instanceof Duration time) ? DurationStyle.SIMPLE.print(time) : value.toString();
	}

}
