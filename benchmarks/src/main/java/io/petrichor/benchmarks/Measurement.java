package io.petrichor.benchmarks;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Puts a server under a load and measures both.
 */
final class Measurement {

	private static final int LOOKS = 4;

	private final Load load;

	private final double seconds;

	Measurement(Load load, double seconds) {
		this.load = load;
		this.seconds = seconds;
	}

	/**
	 * Let the JVMs compile, and once more after connections have ended.
	 * @param seconds for how long, times the patience that the server needs
	 */
	void warm(Subject subject, ServerProcess server, double seconds) throws Exception {
		for (int i = 0; i < 2; i++) {
			open(subject, server, Scenario.PIPELINED, () -> subject.wire(Scenario.PIPELINED.size()));
			Thread.sleep((long) (subject.patience() * seconds * 500));
			this.load.closeConnections();
		}
	}

	Result run(Subject subject, ServerProcess server, Scenario scenario) throws Exception {
		return run(subject, server, scenario, () -> subject.wire(scenario.size()));
	}

	/**
	 * The best of several looks: other things that the machine does are in the others.
	 */
	Result run(Subject subject, ServerProcess server, Scenario scenario, Supplier<Wire> wire) throws Exception {
		settle(subject, server, scenario, wire, this.seconds);
		Result best = look(server, this.seconds / LOOKS);
		for (int i = 1; i < LOOKS; i++) {
			best = best.best(look(server, this.seconds / LOOKS));
		}
		this.load.closeConnections();
		return best;
	}

	/**
	 * Several looks at several servers in turn, so that the machine is as fast or slow
	 * for each of them.
	 */
	Map<Subject, List<Result>> run(Map<Subject, ServerProcess> servers, Scenario scenario) throws Exception {
		Map<Subject, List<Result>> results = new EnumMap<>(Subject.class);
		for (int i = 0; i < LOOKS; i++) {
			for (Map.Entry<Subject, ServerProcess> each : servers.entrySet()) {
				Subject subject = each.getKey();
				settle(subject, each.getValue(), scenario, () -> subject.wire(scenario.size()), this.seconds / LOOKS);
				results.computeIfAbsent(subject, (key) -> new ArrayList<>())
					.add(look(each.getValue(), this.seconds / LOOKS));
				this.load.closeConnections();
			}
		}
		return results;
	}

	/** Open connections, and forget what comes before there is a steady load. */
	private void settle(Subject subject, ServerProcess server, Scenario scenario, Supplier<Wire> wire, double seconds)
			throws Exception {
		open(subject, server, scenario, wire);
		Thread.sleep((long) (seconds * 300));
		this.load.count();
	}

	private void open(Subject subject, ServerProcess server, Scenario scenario, Supplier<Wire> wire) throws Exception {
		this.load.open(server.port(), scenario.connections(), scenario.depth(), subject.tls(), wire);
	}

	private Result look(ServerProcess server, double seconds) throws Exception {
		double cpu = server.cpu();
		long begin = System.nanoTime();
		Thread.sleep((long) (seconds * 1000));
		Load.Count count = this.load.count();
		cpu = server.cpu() - cpu;
		double time = (System.nanoTime() - begin) / 1e9;
		return new Result(count.messages() / time, cpu * 1e6 / count.messages(),
				count.latency().getValueAtPercentile(50) / 1e3, count.latency().getValueAtPercentile(99) / 1e3,
				count.latency().getValueAtPercentile(99.9) / 1e3);
	}

}
