package io.petrichor.benchmarks;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A few subjects in turn while one works on the code:
 * {@code Compare SECONDS WARM-UP SUBJECT,SUBJECT CONNECTIONSxDEPTHxSIZE …}.
 */
final class Compare {

	private Compare() {
	}

	public static void main(String[] args) throws Exception {
		List<Subject> subjects = Arrays.stream(args[2].split(","))
			.map((name) -> Subject.valueOf(name.toUpperCase(Locale.ROOT)))
			.toList();
		Path keystore = Keystore.create();
		Map<Subject, ServerProcess> servers = new EnumMap<>(Subject.class);
		try (Load load = new Load()) {
			Measurement measurement = new Measurement(load, Double.parseDouble(args[0]));
			for (Subject subject : subjects) {
				ServerProcess server = ServerProcess.start(subject, keystore);
				servers.put(subject, server);
				measurement.warm(subject, server, Double.parseDouble(args[1]));
			}
			for (String scenario : Arrays.asList(args).subList(3, args.length)) {
				measurement.run(servers, Scenario.parse(scenario))
					.forEach((subject, looks) -> System.out.printf("%-28s %-12s %s%n", subject, scenario,
							Result.best(looks)));
			}
		}
		finally {
			servers.values().forEach(ServerProcess::close);
		}
	}

}
