package io.petrichor.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * A meter for each value of an enumeration, by its ordinal.
 */
final class EachValue {

	private EachValue() {
	}

	static <E extends Enum<E>, M> List<M> meter(Class<E> type, Function<String, M> meter) {
		return Arrays.stream(type.getEnumConstants()).map((value) -> meter.apply(tag(value))).toList();
	}

	static String tag(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

}
