package io.petrichor.benchmarks;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How long an application takes from the start of its JVM until it has said that it
 * listens: on both processors, its classes in a jar and its libraries in the order that
 * Maven gives to one that has our starter, as in an application that was packaged and
 * extracted.
 */
final class StartUp {

	private static final int STARTS = 15;

	private static final Path APPLICATION = Path.of("benchmarks", "target", "benchmarks.jar");

	private static final Path LIBRARIES = Path.of("petrichor-spring-boot-starter", "target", "classpath");

	private static final String STARTER = "caffeine|error_prone|HdrHistogram|LatencyUtils|jackson|micrometer-core"
			+ "|petrichor|reactive-streams|reactor";

	private final double ofNetty;

	private final double ofOurs;

	private StartUp(double ofNetty, double ofOurs) {
		this.ofNetty = ofNetty;
		this.ofOurs = ofOurs;
	}

	static StartUp measure() throws IOException {
		List<Double> empty = new ArrayList<>();
		List<Double> netty = new ArrayList<>();
		List<Double> ours = new ArrayList<>();
		for (int i = 0; i < STARTS; i++) {
			empty.add(start("EmptyApplication", "netty|" + STARTER));
			netty.add(start("NettyApplication", STARTER));
			ours.add(start("OneHandlerApplication", "^$"));
		}
		System.out.println("start-up of nothing " + empty + ", of bare Netty " + netty + ", of ours " + ours);
		return new StartUp(median(netty) - median(empty), median(ours) - median(empty));
	}

	/** Milliseconds that an echo on bare Netty adds to an application of nothing. */
	double ofNetty() {
		return this.ofNetty;
	}

	/** Milliseconds that our starter and a handler add to an application of nothing. */
	double ofOurs() {
		return this.ofOurs;
	}

	private static double start(String application, String unused) throws IOException {
		Pattern foreign = Pattern.compile(unused);
		Stream<String> libraries = Arrays.stream(Files.readString(LIBRARIES).split(File.pathSeparator))
			.filter((library) -> !foreign.matcher(Path.of(library).getFileName().toString()).find());
		ProcessBuilder command = new ProcessBuilder("taskset", "-c", "0,1",
				Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
				Stream.concat(Stream.of(APPLICATION.toString()), libraries)
					.collect(Collectors.joining(File.pathSeparator)),
				"io.petrichor.benchmarks.server." + application, "--spring.main.banner-mode=off",
				"--petrichor.server.port=0");
		long begin = System.nanoTime();
		Process process = command.redirectError(ProcessBuilder.Redirect.INHERIT).start();
		try (BufferedReader output = process.inputReader()) {
			for (String line; (line = output.readLine()) != null;) {
				if (line.equals("started")) {
					return (System.nanoTime() - begin) / 1e6;
				}
			}
			throw new IOException(application + " did not start");
		}
		finally {
			process.destroyForcibly();
		}
	}

	private static double median(List<Double> values) {
		return values.stream().sorted().toList().get(values.size() / 2);
	}

}
