package io.petrichor.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.DoublePredicate;

/**
 * Measures everything that {@code docs/performance.md} says of the server in one go, and
 * writes it there between its markers, with charts beside it. Arguments: the folder of
 * the documentation, the seconds of a measurement, the seconds of a warm-up.
 */
final class Report {

	private static final String BEGIN = "<!-- servers: written by benchmarks/run -->";

	private static final String END = "<!-- servers: end -->";

	private static final Scenario BIG = new Scenario(4, 1, 64 * 1024);

	private static final Scenario BIGGEST = new Scenario(4, 1, 1024 * 1024);

	private static final Scenario MANY = new Scenario(1000, 1, 64);

	private static final int IDLE = 10_000;

	private static final Set<Subject> SUBJECTS = EnumSet
		.complementOf(EnumSet.of(Subject.LOOP_UNMETERED, Subject.EXECUTOR_UNMETERED));

	private final Path docs;

	private final double warmUp;

	private final Load load;

	private final Measurement measurement;

	private final Path keystore;

	private final Map<Subject, Map<Scenario, List<Result>>> results = new EnumMap<>(Subject.class);

	private final Map<String, List<Double>> growth = new LinkedHashMap<>();

	private final StringBuilder text = new StringBuilder();

	private Report(Path docs, double seconds, double warmUp, Load load) throws Exception {
		this.docs = docs;
		this.warmUp = warmUp;
		this.load = load;
		this.measurement = new Measurement(load, seconds);
		this.keystore = Keystore.create();
	}

	public static void main(String[] args) throws Exception {
		try (Load load = new Load()) {
			new Report(Path.of(args[0]), Double.parseDouble(args[1]), Double.parseDouble(args[2]), load).run();
		}
	}

	private void run() throws Exception {
		servers();
		double idle = idleHeap();
		StartUp startUp = StartUp.measure();
		grow();
		write(idle, startUp);
	}

	private void servers() throws Exception {
		try (Servers servers = new Servers(this.measurement)) {
			servers.start(SUBJECTS, this.keystore, this.warmUp);
			Set<Subject> measured = EnumSet.copyOf(SUBJECTS);
			measure(servers, measured, Scenario.PIPELINED);
			measured.remove(Subject.RECORD);
			measure(servers, measured, Scenario.ONE_AT_A_TIME);
			measured.removeIf(Subject::tls);
			measure(servers, measured, Scenario.ALONE);
			for (Scenario scenario : List.of(MANY, BIG, BIGGEST)) {
				measure(servers, EnumSet.of(Subject.FLOOR, Subject.LOOP), scenario);
			}
		}
	}

	private void measure(Servers servers, Set<Subject> subjects, Scenario scenario) throws Exception {
		servers.measure(subjects, scenario).forEach((subject, looks) -> {
			this.results.computeIfAbsent(subject, (key) -> new LinkedHashMap<>()).put(scenario, looks);
			System.out.printf("%-28s %-14s %s%n", subject.title(), scenario, Result.best(looks));
		});
	}

	/** Bytes of live heap for each of many connections that have shaken hands. */
	private double idleHeap() throws Exception {
		try (ServerProcess server = ServerProcess.start(Subject.LOOP, this.keystore)) {
			this.measurement.warm(Subject.LOOP, server, 1);
			long before = liveBytes(server);
			this.load.open(server.port(), IDLE, 0, false, () -> Subject.LOOP.wire(64));
			long after = liveBytes(server);
			this.load.closeConnections();
			return (double) (after - before) / IDLE;
		}
	}

	private static long liveBytes(ServerProcess server) throws IOException {
		Process histogram = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
				Long.toString(server.pid()), "GC.class_histogram")
			.start();
		String output = new String(histogram.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		String total = output.lines().filter((line) -> line.startsWith("Total")).findFirst().orElseThrow();
		return Long.parseLong(total.trim().split("\\s+")[2]);
	}

	private void grow() throws Exception {
		for (Subject subject : List.of(Subject.LOOP, Subject.EXECUTOR, Subject.FLOOR)) {
			try (ServerProcess server = ServerProcess.start(subject, this.keystore)) {
				this.measurement.warm(subject, server, this.warmUp);
				for (int connections : CONNECTIONS) {
					grown("connections", subject,
							this.measurement.run(subject, server, new Scenario(connections, 1, 64)));
				}
				for (int depth : DEPTHS) {
					grown("depth", subject, this.measurement.run(subject, server, new Scenario(8, depth, 64)));
				}
				if (subject != Subject.EXECUTOR) {
					for (int size : SIZES) {
						grown("size", subject, this.measurement.run(subject, server, new Scenario(4, 1, size)));
					}
				}
				if (subject == Subject.LOOP) {
					for (int levels : LEVELS) {
						byte[] body = nested(levels);
						grown("nesting", subject, this.measurement.run(subject, server, Scenario.PIPELINED,
								() -> FixedWire.echo("12:2:to,4:tree,}", body)));
					}
				}
			}
		}
		for (int routes : ROUTES) {
			try (ServerProcess server = ServerProcess.start(Subject.LOOP, this.keystore,
					"--benchmark.routes=" + routes)) {
				String name = "route." + (routes - 1);
				String header = "2:to," + name.length() + ":" + name + ",";
				this.measurement.warm(Subject.LOOP, server, this.warmUp);
				grown("routes", Subject.LOOP, this.measurement.run(Subject.LOOP, server, Scenario.PIPELINED,
						() -> FixedWire.echo(header.length() + ":" + header + "}", Subject.body(64))));
			}
		}
	}

	private void grown(String what, Subject subject, Result result) {
		System.out.printf("%-12s %-28s %s%n", what, subject.title(), result);
		this.growth.computeIfAbsent(what + " " + subject, (key) -> new ArrayList<>()).add(result.cpu());
	}

	private static byte[] nested(int levels) {
		byte[] value = Subject.body(1);
		for (int i = 0; i < levels; i++) {
			value = FixedWire.join(FixedWire.ascii(value.length + ":"), value, FixedWire.ascii("]"));
		}
		return value;
	}

	private static final List<Integer> CONNECTIONS = List.of(1, 16, 128, 1000);

	private static final List<Integer> DEPTHS = List.of(1, 4, 16, 32);

	private static final List<Integer> SIZES = List.of(64, 4 * 1024, 64 * 1024, 1024 * 1024);

	private static final List<Integer> LEVELS = List.of(1, 16, 127);

	private static final List<Integer> ROUTES = List.of(1, 100, 10_000);

	private void write(double idle, StartUp startUp) throws IOException {
		this.text.append(BEGIN).append("\n\n");
		machine();
		table("Pipelined: 8 connections, 32 requests in flight on each, 64 bytes", Scenario.PIPELINED);
		table("One at a time: 16 connections", Scenario.ONE_AT_A_TIME);
		table("One at a time: 1 connection", Scenario.ALONE);
		bars(idle, startUp);
		charts();
		this.text.append(END);
		Path page = this.docs.resolve("performance.md");
		String before = Files.readString(page);
		Files.writeString(page, before.substring(0, before.indexOf(BEGIN)) + this.text
				+ before.substring(before.indexOf(END) + END.length()));
	}

	private void machine() throws IOException {
		String model = Files.readAllLines(Path.of("/proc/cpuinfo"))
			.stream()
			.filter((line) -> line.startsWith("model name"))
			.map((line) -> line.substring(line.indexOf(':') + 2))
			.findFirst()
			.orElse("unknown processor");
		this.text.append("Measured on %s, server on one core, load on another; Java %s (%s), Linux %s; %s.\n\n"
			.formatted(model, System.getProperty("java.version"), System.getProperty("java.vendor"),
					System.getProperty("os.version"), java.time.LocalDate.now()));
	}

	private void table(String title, Scenario scenario) {
		this.text.append("**").append(title).append("**\n\n");
		this.text.append("| | messages/s | × floor | CPU per message | × floor | p50 | p99 | p99.9 |\n");
		this.text.append("|---|--:|--:|--:|--:|--:|--:|--:|\n");
		this.results.forEach((subject, measured) -> {
			if (measured.containsKey(scenario)) {
				Result result = Result.best(measured.get(scenario));
				Subject floor = subject.tls() ? Subject.FLOOR_TLS : Subject.FLOOR;
				this.text.append("| %s | %s | %.2f | %s µs | %.2f | %s µs | %s µs | %s µs |\n".formatted(
						subject.title(), String.format(Locale.ROOT, "%,.0f", result.rate()),
						rate(subject, floor, scenario), Chart.number(result.cpu()), cpu(subject, floor, scenario),
						Chart.number(result.p50()), Chart.number(result.p99()), Chart.number(result.p999())));
			}
		});
		this.text.append('\n');
	}

	private double rate(Subject subject, Subject other, Scenario scenario) {
		return Result.ratio(looks(subject, scenario), looks(other, scenario), Result::rate);
	}

	private double cpu(Subject subject, Subject other, Scenario scenario) {
		return Result.ratio(looks(subject, scenario), looks(other, scenario), Result::cpu);
	}

	private List<Result> looks(Subject subject, Scenario scenario) {
		return this.results.get(subject).get(scenario);
	}

	private void bars(double idle, StartUp startUp) {
		Scenario piped = Scenario.PIPELINED;
		Scenario one = Scenario.ONE_AT_A_TIME;
		this.text.append("**What we hold ourselves to**\n\n| | bar | measured | |\n|---|--:|--:|---|\n");
		bar("loop, pipelined: messages/s to JeroMQ's", "≥ 1", 1, rate(Subject.LOOP, Subject.JEROMQ, piped), true);
		bar("loop, pipelined: CPU to the floor's", "≤ 2", 2, cpu(Subject.LOOP, Subject.FLOOR, piped), false);
		bar("executor, pipelined: messages/s to JeroMQ's", "≥ 1", 1, rate(Subject.EXECUTOR, Subject.JEROMQ, piped),
				true);
		bar("executor, pipelined: messages/s to RSocket's", "≥ 6", 6, rate(Subject.EXECUTOR, Subject.RSOCKET, piped),
				true);
		bar("executor, pipelined: messages/s to gRPC's", "≥ 20", 20, rate(Subject.EXECUTOR, Subject.GRPC, piped), true);
		bar("loop, one at a time: CPU to the floor's", "≤ 1.2", 1.2, cpu(Subject.LOOP, Subject.FLOOR, one), false);
		bar("executor, one at a time: CPU to the floor's", "≤ 1.6", 1.6, cpu(Subject.EXECUTOR, Subject.FLOOR, one),
				false);
		bar("loop, one connection: p50 to the floor's", "≤ 1.3", 1.3,
				Result.ratio(looks(Subject.LOOP, Scenario.ALONE), looks(Subject.FLOOR, Scenario.ALONE), Result::p50),
				false);
		bar("record of five fields, pipelined: messages/s to gRPC's", "≥ 5", 5,
				rate(Subject.RECORD, Subject.GRPC, piped), true);
		bar("TLS, pipelined: CPU to the floor's", "≤ 1.3", 1.3, cpu(Subject.LOOP_TLS, Subject.FLOOR_TLS, piped), false);
		bar("TLS, one at a time: CPU to the floor's", "≤ 1.3", 1.3, cpu(Subject.LOOP_TLS, Subject.FLOOR_TLS, one),
				false);
		bar("64 KiB: bytes/s to the floor's", "≥ 0.8", 0.8, rate(Subject.LOOP, Subject.FLOOR, BIG), true);
		bar("1 MiB: bytes/s to the floor's", "≥ 0.8", 0.8, rate(Subject.LOOP, Subject.FLOOR, BIGGEST), true);
		bar("1,000 connections: CPU to that of 16", "≤ 1.5", 1.5,
				Result.best(looks(Subject.LOOP, MANY)).cpu() / Result.best(looks(Subject.LOOP, one)).cpu(), false);
		bar("10,000 idle connections: heap for each", "≤ 5,120 B", 5120, idle, false);
		bar("start-up: added to an empty application", "≤ 150 ms", 150, startUp.ofOurs().time(), false);
		this.text.append(
				"| … of it CPU of the main thread | | %s | |\n".formatted(Chart.number(startUp.ofOurs().mainThread())));
		this.text.append("| … by an echo on bare Netty instead: time, CPU of the main thread | | %s, %s | |\n"
			.formatted(Chart.number(startUp.ofNetty().time()), Chart.number(startUp.ofNetty().mainThread())));
		this.text.append('\n');
	}

	private void bar(String what, String bar, double limit, double measured, boolean atLeast) {
		DoublePredicate holds = (value) -> (atLeast) ? value >= limit : value <= limit;
		this.text.append("| %s | %s | %s | %s |\n".formatted(what, bar, Chart.number(measured),
				holds.test(measured) ? "holds" : "**does not hold**"));
	}

	private void charts() throws IOException {
		Map<String, Double> bars = new LinkedHashMap<>();
		this.results.forEach((subject, measured) -> {
			if (measured.containsKey(Scenario.PIPELINED)) {
				bars.put(subject.title(), Result.best(measured.get(Scenario.PIPELINED)).cpu());
			}
		});
		chart("servers", "Server CPU per message, 8×32×64 B (logarithmic)",
				Chart.bars("Server CPU per message, 8×32×64 B (logarithmic)", bars, "Petrichor"));
		growth("connections", "CPU per message by connections, one request at a time", "connections", CONNECTIONS);
		growth("depth", "CPU per message by requests in flight on each of 8 connections", "requests in flight", DEPTHS);
		growth("size", "CPU per message by size of the body, 4 connections", "bytes", SIZES);
		growth("routes", "CPU per message by number of routes, 8×32", "routes", ROUTES);
		growth("nesting", "CPU per message by depth of nesting, read as a tree, 8×32", "levels", LEVELS);
	}

	private void growth(String what, String title, String unit, List<Integer> places) throws IOException {
		Map<String, List<Double>> lines = new LinkedHashMap<>();
		for (Subject subject : List.of(Subject.LOOP, Subject.EXECUTOR, Subject.FLOOR)) {
			List<Double> line = this.growth.get(what + " " + subject);
			if (line != null && line.size() == places.size()) {
				lines.put(subject.title(), line);
			}
		}
		if (!lines.isEmpty()) {
			chart(what, title, Chart.lines(title + " (µs)", unit, places, lines));
		}
	}

	private void chart(String name, String title, String svg) throws IOException {
		Files.createDirectories(this.docs.resolve("images"));
		Files.writeString(this.docs.resolve("images/performance-" + name + ".svg"), svg);
		this.text.append("![%s](images/performance-%s.svg)\n\n".formatted(title, name));
	}

}
