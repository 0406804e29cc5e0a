package io.petrichor.benchmarks;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * A few subjects in turn while one works on the code:
 * {@code Compare SECONDS WARM-UP SUBJECT,SUBJECT CONNECTIONSxDEPTHxSIZE …}.
 */
final class Compare {

	private Compare() {
	}

	public static void main(String[] args) throws Exception {
		Set<Subject> subjects = EnumSet.copyOf(Arrays.stream(args[2].split(","))
			.map((name) -> Subject.valueOf(name.toUpperCase(Locale.ROOT)))
			.toList());
		try (Load load = new Load();
				Servers servers = new Servers(new Measurement(load, Double.parseDouble(args[0])))) {
			servers.start(subjects, Keystore.create(), Double.parseDouble(args[1]));
			for (String scenario : Arrays.asList(args).subList(3, args.length)) {
				servers.measure(subjects, Scenario.parse(scenario))
					.forEach((subject, looks) -> System.out.printf("%-28s %-12s %s%n", subject, scenario,
							Result.best(looks)));
			}
		}
	}

}
