package io.petrichor.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.TimeGauge;

/**
 * What a registry has, and what the page on it says that it has.
 */
public final class Meters {

	private Meters() {
	}

	/**
	 * All values but those that are times.
	 * @param registry the registry
	 * @return values by the name of the meter with its tags
	 */
	public static Map<String, Double> counts(MeterRegistry registry) {
		Map<String, Double> counts = new TreeMap<>();
		for (Meter meter : registry.getMeters()) {
			if (meter instanceof TimeGauge) {
				continue;
			}
			Meter.Id id = meter.getId();
			String tags = id.getTags()
				.stream()
				.map((tag) -> tag.getKey() + "=" + tag.getValue())
				.collect(Collectors.joining(",", "{", "}"));
			String name = id.getName() + (id.getTags().isEmpty() ? "" : tags);
			for (Measurement measurement : meter.measure()) {
				Statistic statistic = measurement.getStatistic();
				if (statistic == Statistic.COUNT || statistic == Statistic.VALUE) {
					counts.put(name, measurement.getValue());
				}
			}
		}
		return counts;
	}

	/**
	 * What there is.
	 * @param registry the registry
	 * @return names of meters, with the names of their tags
	 */
	public static Set<String> names(MeterRegistry registry) {
		return registry.getMeters()
			.stream()
			.map((meter) -> meter.getId().getName()
					+ meter.getId().getTags().stream().map((tag) -> tag.getKey()).sorted().toList())
			.collect(Collectors.toCollection(TreeSet::new));
	}

	/**
	 * What is documented.
	 * @param prefix how the names begin
	 * @return names of meters, with the names of their tags
	 */
	public static Set<String> documented(String prefix) throws IOException {
		String page = Files.readString(Repository.root().resolve("docs/observability.md"));
		return Pattern
			.compile("^\\| `(" + Pattern.quote(prefix) + "[a-z.]+)` \\| [a-z ]+ \\|([^|]*)\\|", Pattern.MULTILINE)
			.matcher(page)
			.results()
			.map((row) -> row.group(1) + tags(row))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static List<String> tags(MatchResult row) {
		return Arrays.stream(row.group(2).replace("`", "").split(","))
			.map(String::strip)
			.filter((tag) -> !tag.isEmpty())
			.sorted()
			.toList();
	}

}
