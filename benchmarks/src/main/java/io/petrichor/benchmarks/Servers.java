package io.petrichor.benchmarks;

import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Servers that run at once, warmed, and are under load one at a time.
 */
final class Servers implements AutoCloseable {

	private final Map<Subject, ServerProcess> processes = new EnumMap<>(Subject.class);

	private final Measurement measurement;

	Servers(Measurement measurement) {
		this.measurement = measurement;
	}

	void start(Collection<Subject> subjects, Path keystore, double warmUp) throws Exception {
		for (Subject subject : subjects) {
			ServerProcess server = ServerProcess.start(subject, keystore);
			this.processes.put(subject, server);
			this.measurement.warm(subject, server, warmUp);
		}
	}

	/** Looks at some of them in turn. */
	Map<Subject, List<Result>> measure(Collection<Subject> subjects, Scenario scenario) throws Exception {
		Map<Subject, ServerProcess> measured = new EnumMap<>(this.processes);
		measured.keySet().retainAll(subjects);
		return this.measurement.run(measured, scenario);
	}

	@Override
	public void close() {
		this.processes.values().forEach(ServerProcess::close);
	}

}
