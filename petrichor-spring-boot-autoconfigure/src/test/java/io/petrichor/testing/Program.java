package io.petrichor.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Assumptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A process that a test talks to. What it prints is read as it comes, so that it never
 * waits for the test. It ends with the test.
 */
public final class Program implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private final Process process;

	private final Queue<String> lines = new ConcurrentLinkedQueue<>();

	private final Thread reader;

	private Program(Process process) {
		this.process = process;
		this.reader = new Thread(this::read, "program-output");
		this.reader.setDaemon(true);
		this.reader.start();
	}

	/**
	 * Start a program.
	 * @param folder its working folder
	 * @param command the command
	 * @return the program
	 */
	public static Program start(Path folder, List<String> command) {
		try {
			return new Program(
					new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Start one of the Python peers. The test is skipped, and says so, where there is no
	 * Python 3.
	 * @param arguments the file and its arguments
	 * @return the program
	 */
	public static Program python(String... arguments) {
		assumePython();
		return start(Repository.python(), command("python3", "-u", arguments));
	}

	/**
	 * Skip the test, and say so, where a command is not there.
	 * @param command a command that ends by itself, such as one that prints its version
	 */
	public static void assume(String... command) {
		try (Program program = start(Path.of("."), List.of(command))) {
			program.awaitSuccess();
		}
		catch (UncheckedIOException ex) {
			System.err.println("SKIPPED: this test needs " + command[0]);
			Assumptions.abort(command[0] + " is not here");
		}
	}

	private static List<String> command(String program, String option, String... arguments) {
		List<String> command = new ArrayList<>(List.of(program, option));
		command.addAll(List.of(arguments));
		return command;
	}

	private static void assumePython() {
		try {
			Process version = new ProcessBuilder("python3", "-c", "import sys; assert sys.version_info >= (3, 8)")
				.start();
			if (version.waitFor() == 0) {
				return;
			}
		}
		catch (IOException ex) {
			// Not there.
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		System.err.println("SKIPPED: this test needs python3, version 3.8 or later");
		Assumptions.abort("python3 is not here");
	}

	private void read() {
		try (BufferedReader reader = this.process.inputReader(StandardCharsets.UTF_8)) {
			for (String line; (line = reader.readLine()) != null;) {
				this.lines.add(line);
			}
		}
		catch (IOException ex) {
			// The process has been ended.
		}
	}

	/**
	 * Write to the program's standard input.
	 * @param text what to write
	 * @return this program
	 */
	public Program type(String text) {
		try {
			this.process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
			this.process.getOutputStream().flush();
			return this;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * End the program's standard input.
	 * @return this program
	 */
	public Program endInput() {
		try {
			this.process.getOutputStream().close();
			return this;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Wait for a line with this text.
	 * @param text a part of the line
	 * @return the line
	 */
	public String awaitLine(String text) {
		await().atMost(PATIENCE)
			.untilAsserted(
					() -> assertThat(this.lines).as("the program's output").anyMatch((line) -> line.contains(text)));
		return this.lines.stream().filter((line) -> line.contains(text)).findFirst().orElseThrow();
	}

	/**
	 * Wait until the program ends by itself, and check that it was content.
	 * @return what it printed
	 */
	public String awaitSuccess() {
		try {
			assertThat(this.process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as("%s", this.lines).isTrue();
			this.reader.join();
			assertThat(this.process.exitValue()).as("%s", this.lines).isZero();
			return output();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * What the program has printed so far.
	 * @return the lines
	 */
	public String output() {
		return String.join("\n", this.lines);
	}

	/**
	 * The process.
	 * @return the process
	 */
	public Process process() {
		return this.process;
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}
