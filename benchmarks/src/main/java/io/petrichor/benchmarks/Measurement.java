package io.petrichor.benchmarks;

/**
 * Puts a server under a load and measures both.
 */
final class Measurement {

	private final Load load;

	private final double seconds;

	Measurement(Load load, double seconds) {
		this.load = load;
		this.seconds = seconds;
	}

	/** Let the JVMs compile. */
	void warm(Subject subject, ServerProcess server, Scenario scenario, double seconds) throws Exception {
		this.load.open(server.port(), scenario.connections(), scenario.depth(), subject.tls(),
				() -> subject.wire(scenario.size()));
		Thread.sleep((long) (seconds * 1000));
		this.load.closeConnections();
	}

	Result run(Subject subject, ServerProcess server, Scenario scenario) throws Exception {
		this.load.open(server.port(), scenario.connections(), scenario.depth(), subject.tls(),
				() -> subject.wire(scenario.size()));
		Thread.sleep((long) (this.seconds * 300));
		this.load.count();
		Result result = slice(server, this.seconds);
		this.load.closeConnections();
		return result;
	}

	/** The best of several short looks: for a machine that has other things to do. */
	Result best(Subject subject, ServerProcess server, Scenario scenario, int looks) throws Exception {
		this.load.open(server.port(), scenario.connections(), scenario.depth(), subject.tls(),
				() -> subject.wire(scenario.size()));
		Thread.sleep((long) (this.seconds * 300));
		this.load.count();
		Result best = slice(server, this.seconds / looks);
		for (int i = 1; i < looks; i++) {
			Result next = slice(server, this.seconds / looks);
			best = new Result(Math.max(best.rate(), next.rate()), Math.min(best.cpu(), next.cpu()),
					Math.min(best.p50(), next.p50()), Math.min(best.p99(), next.p99()),
					Math.min(best.p999(), next.p999()));
		}
		this.load.closeConnections();
		return best;
	}

	private Result slice(ServerProcess server, double seconds) throws Exception {
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
