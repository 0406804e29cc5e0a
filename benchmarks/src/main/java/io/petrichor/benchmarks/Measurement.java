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
		double cpu = server.cpu();
		long begin = System.nanoTime();
		Thread.sleep((long) (this.seconds * 1000));
		Load.Count count = this.load.count();
		cpu = server.cpu() - cpu;
		double time = (System.nanoTime() - begin) / 1e9;
		this.load.closeConnections();
		return new Result(count.messages() / time, cpu * 1e6 / count.messages(),
				count.latency().getValueAtPercentile(50) / 1e3, count.latency().getValueAtPercentile(99) / 1e3,
				count.latency().getValueAtPercentile(99.9) / 1e3);
	}

}
