package io.petrichor.reliability;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.springframework.util.StringUtils;

import io.petrichor.testing.Authority;
import io.petrichor.testing.Peers;
import io.petrichor.testing.Program;
import io.petrichor.testing.RawPeer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server in a process of its own, so that signals, files and memory are its own too.
 */
final class ServerProcess implements AutoCloseable {

	private final Program program;

	private final int port;

	private ServerProcess(Program program) {
		this.program = program;
		String line = program.awaitLine("Petrichor server listens on");
		this.port = Integer.parseInt(line.replaceAll(".* port (\\d+),.*", "$1"));
	}

	/**
	 * Start one with all handlers of {@link ServerProgram}.
	 * @param options of the JVM
	 * @param properties without {@code petrichor.server.} before them
	 * @return the process, listening
	 */
	static ServerProcess start(List<String> options, String... properties) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(options);
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), ServerProgram.class.getName(),
				"--spring.main.banner-mode=off"));
		if (List.of(properties).stream().noneMatch((property) -> property.startsWith("port="))) {
			command.add("--petrichor.server.port=0");
		}
		for (String property : properties) {
			command.add("--petrichor.server." + property);
		}
		return new ServerProcess(Program.start(Path.of("."), command));
	}

	/**
	 * Start one that peers reach over TLS.
	 * @param authority issues its certificate, for {@code localhost}
	 * @param options of the JVM
	 * @param properties without {@code petrichor.server.} before them
	 * @return the process, listening
	 */
	static ServerProcess startOverTls(Authority authority, List<String> options, String... properties)
			throws Exception {
		authority.write(authority.issue("localhost"), "server");
		String keystore = "-Dspring.ssl.bundle.pem.server.keystore.";
		List<String> more = new ArrayList<>(options);
		more.add(keystore + "certificate=" + authority.file("server.pem"));
		more.add(keystore + "private-key=" + authority.file("server.key"));
		return start(more, StringUtils.addStringToArray(properties, "ssl.bundle=server"));
	}

	int port() {
		return this.port;
	}

	Program program() {
		return this.program;
	}

	Process process() {
		return this.program.process();
	}

	/** Send SIGTERM. */
	void terminate() {
		// Not of the process itself, which would close its output, too.
		process().toHandle().destroy();
	}

	/**
	 * Wait until it has ended.
	 * @return how long that took
	 */
	Duration awaitEnd(Duration atMost) throws InterruptedException {
		long begun = System.nanoTime();
		assertThat(process().waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS))
			.as("has ended: %s", this.program.output())
			.isTrue();
		return Duration.ofNanos(System.nanoTime() - begun);
	}

	/** What the program said of itself at its end. */
	long atTheEnd(String what) {
		String line = this.program.awaitLine("at the end:");
		return Long.parseLong(line.replaceAll(".*\\b" + what + "=(\\d+).*", "$1"));
	}

	/** What it knows of itself now; heap after a collection. */
	Stats stats() {
		return stats(Peers.from("127.0.0.98", this.port));
	}

	/** The same, asked by a peer that has said nothing, and that is closed afterwards. */
	Stats stats(RawPeer peer) {
		try (peer) {
			assertThat(peer.request(Map.of("user", "stats"), "").header().flag("allowed")).isTrue();
			@SuppressWarnings("unchecked")
			Map<String, Object> stats = (Map<String, Object>) peer.request(Map.of("to", "stats"), "").body().value();
			return new Stats(stats);
		}
	}

	@Override
	public void close() {
		this.program.close();
	}

	/** Numbers by name. */
	record Stats(Map<String, Object> values) {

		long of(String name) {
			return ((Number) this.values.getOrDefault(name, 0L)).longValue();
		}

	}

}
