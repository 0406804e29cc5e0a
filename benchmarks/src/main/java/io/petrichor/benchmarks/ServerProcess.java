package io.petrichor.benchmarks;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A server in a process of its own, on the first core.
 */
final class ServerProcess implements AutoCloseable {

	private static final double TICKS_PER_SECOND = 100;

	private final Process process;

	private final int port;

	private ServerProcess(Process process, int port) {
		this.process = process;
		this.port = port;
	}

	static ServerProcess start(Subject subject, Path keystore, String... more) throws IOException {
		List<String> arguments = new ArrayList<>(subject.arguments());
		arguments.addAll(List.of(more));
		return start(subject.server(), subject.foreignJars(), keystore, arguments);
	}

	static ServerProcess start(String server, String foreignJars, Path keystore, List<String> arguments)
			throws IOException {
		Pattern foreign = Pattern.compile(foreignJars);
		String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !foreign.matcher(nameOf(entry)).find())
			.collect(Collectors.joining(File.pathSeparator));
		List<String> command = new ArrayList<>(
				List.of("taskset", "-c", "0", Path.of(System.getProperty("java.home"), "bin", "java").toString(),
						"-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", "-Dbenchmark.keystore=" + keystore,
						"-Dbenchmark.keystore.password=" + Keystore.PASSWORD, "-cp", classPath));
		command.addAll(Arrays.stream(System.getProperty("benchmark.server.options", "").split(" "))
			.filter((option) -> !option.isEmpty())
			.toList());
		command.add("io.petrichor.benchmarks.server." + server);
		command.addAll(arguments);
		command.add("--spring.main.banner-mode=off");
		command.add("--petrichor.server.port=0");
		command.add("--petrichor.server.max-connections=20000");
		command.add("--petrichor.server.max-connections-per-address=20000");
		Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		BufferedReader output = new BufferedReader(
				new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
		StringBuilder log = new StringBuilder();
		for (String line; (line = output.readLine()) != null;) {
			if (line.matches("\\d+")) {
				Thread drain = new Thread(() -> drain(process));
				drain.setDaemon(true);
				drain.start();
				return new ServerProcess(process, Integer.parseInt(line));
			}
			log.append(line).append('\n');
		}
		throw new IOException(server + " did not start:\n" + log);
	}

	/** So that a server that logs is not held up by a full pipe. */
	private static void drain(Process process) {
		try {
			process.getInputStream().transferTo(OutputStream.nullOutputStream());
		}
		catch (IOException ex) {
			// The process has ended.
		}
	}

	/** Of a jar its name, of a module's classes the module's. */
	private static String nameOf(String entry) {
		Path path = Path.of(entry);
		return (path.endsWith("target/classes") ? path.getParent().getParent() : path).getFileName().toString();
	}

	int port() {
		return this.port;
	}

	long pid() {
		return this.process.pid();
	}

	/** Seconds of CPU, of all threads, since the process began. */
	double cpu() throws IOException {
		String stat = Files.readString(Path.of("/proc", Long.toString(this.process.pid()), "stat"));
		String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
		return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
	}

	@Override
	public void close() {
		this.process.destroy();
		try {
			if (!this.process.waitFor(20, TimeUnit.SECONDS)) {
				this.process.destroyForcibly().waitFor();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
