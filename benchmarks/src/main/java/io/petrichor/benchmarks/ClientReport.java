package io.petrichor.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Our client beside the clients of gRPC and RSocket, each with a server of its own kind
 * and one connection. Prints the figures, and writes them into
 * {@code docs/performance.md} between their markers if it is given the folder:
 * {@code ClientReport SECONDS WARM-UP [DOCS]}.
 */
final class ClientReport {

	private static final String BEGIN = "<!-- clients: written by benchmarks/run-clients -->";

	private static final String END = "<!-- clients: end -->";

	private final Map<ClientLoad, Map<String, Double>> rates = new EnumMap<>(ClientLoad.class);

	private final double seconds;

	private final double warmUp;

	private ClientReport(double seconds, double warmUp) {
		this.seconds = seconds;
		this.warmUp = warmUp;
	}

	public static void main(String[] args) throws Exception {
		ClientReport report = new ClientReport(Double.parseDouble(args[0]), Double.parseDouble(args[1]));
		String only = System.getProperty("benchmark.only", "petrichor,grpc,rsocket");
		if (only.contains("petrichor")) {
			report.measure("Petrichor", Subject.LOOP, PetrichorCaller::new);
		}
		if (only.contains("grpc")) {
			report.measure("gRPC", Subject.GRPC, GrpcCaller::new);
		}
		if (only.contains("rsocket")) {
			report.measure("RSocket", Subject.RSOCKET, RSocketCaller::new);
		}
		if (args.length > 2) {
			report.write(Path.of(args[2]).resolve("performance.md"));
		}
		System.exit(0);
	}

	private void measure(String title, Subject subject, IntFunction<Caller> client) throws Exception {
		try (ServerProcess server = ServerProcess.start(subject, Keystore.create());
				Caller caller = client.apply(server.port())) {
			ClientLoad.ASYNCHRONOUS.run(caller, subject.patience() * this.warmUp);
			for (ClientLoad load : ClientLoad.values()) {
				load.run(caller, this.warmUp);
				double rate = load.run(caller, this.seconds);
				this.rates.computeIfAbsent(load, (each) -> new LinkedHashMap<>()).put(title, rate);
				System.out.printf(Locale.ROOT, "%-10s %-30s %,12.0f calls/s%n", title, load.title(), rate);
			}
		}
	}

	private void write(Path page) throws IOException {
		StringBuilder text = new StringBuilder(BEGIN);
		text.append("\n\nMeasured on %s with Java %s, %s.\n\n".formatted("the machine of the tables above",
				Runtime.version().feature(), LocalDate.now()));
		text.append(
				"| calls a second | Petrichor | gRPC | RSocket | ours to the better of them |\n|---|--:|--:|--:|--:|\n");
		this.rates.forEach((load, rates) -> {
			double ours = rates.getOrDefault("Petrichor", Double.NaN);
			double grpc = rates.getOrDefault("gRPC", Double.NaN);
			double rsocket = rates.getOrDefault("RSocket", Double.NaN);
			text.append(String.format(Locale.ROOT, "| %s | %,.0f | %,.0f | %,.0f | %.2f |%n", load.title(), ours, grpc,
					rsocket, ours / Math.max(grpc, rsocket)));
		});
		text.append('\n');
		String old = Files.readString(page);
		int begin = old.indexOf(BEGIN);
		int end = old.indexOf(END);
		if (begin < 0 || end < begin) {
			throw new IllegalStateException(page + " has no place for the figures of the clients");
		}
		Files.writeString(page, old.substring(0, begin) + text + old.substring(end));
	}

}
