package io.petrichor.benchmarks;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
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

	private final List<Start> empty = new ArrayList<>();

	private final List<Start> netty = new ArrayList<>();

	private final List<Start> ours = new ArrayList<>();

	private StartUp() {
	}

	static StartUp measure() throws IOException {
		StartUp startUp = new StartUp();
		for (int i = 0; i < STARTS; i++) {
			startUp.empty.add(start("EmptyApplication", "netty|" + STARTER));
			startUp.netty.add(start("NettyApplication", STARTER));
			startUp.ours.add(start("OneHandlerApplication", "^$"));
		}
		System.out.println("start-up of nothing " + startUp.empty + ", of bare Netty " + startUp.netty + ", of ours "
				+ startUp.ours);
		return startUp;
	}

	/** What an echo on bare Netty adds to an application of nothing. */
	Start ofNetty() {
		return median(this.netty).minus(median(this.empty));
	}

	/** What our starter and a handler add to an application of nothing. */
	Start ofOurs() {
		return median(this.ours).minus(median(this.empty));
	}

	private static Start start(String application, String unused) throws IOException {
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
					return new Start((System.nanoTime() - begin) / 1e6, mainThread(process.pid()));
				}
			}
			throw new IOException(application + " did not start");
		}
		finally {
			process.destroyForcibly();
		}
	}

	/** Milliseconds of CPU, which Linux tells in nanoseconds. The launcher waits. */
	private static double mainThread(long pid) throws IOException {
		double time = 0;
		try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
			for (Path thread : threads) {
				time += isMainThread(thread)
						? Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[0]) / 1e6 : 0;
			}
		}
		return time;
	}

	private static boolean isMainThread(Path thread) {
		try {
			return Files.readString(thread.resolve("comm")).strip().equals("java");
		}
		catch (IOException ex) {
			// One that has just ended.
			return false;
		}
	}

	private static Start median(List<Start> starts) {
		return new Start(median(starts, Start::time), median(starts, Start::mainThread));
	}

	private static double median(List<Start> starts, ToDoubleFunction<Start> figure) {
		return starts.stream().mapToDouble(figure).sorted().toArray()[starts.size() / 2];
	}

	/**
	 * Milliseconds.
	 *
	 * @param time until it has started
	 * @param mainThread CPU of the main thread until then
	 */
	record Start(double time, double mainThread) {

		Start minus(Start other) {
			return new Start(this.time - other.time, this.mainThread - other.mainThread);
		}

	}

}
