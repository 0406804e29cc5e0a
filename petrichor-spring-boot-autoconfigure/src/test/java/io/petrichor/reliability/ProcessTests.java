package io.petrichor.reliability;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.petrichor.client.PetrichorClient;
import io.petrichor.testing.Canary;
import io.petrichor.testing.Peers;
import io.petrichor.testing.Program;
import io.petrichor.testing.RawPeer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What only happens to processes: they are killed, they run out of files, they have
 * several threads that must not block, and they end.
 */
class ProcessTests {

	private static final int KILLS = Integer.getInteger("reliability.kills", 50);

	private static final int KILLS_WITHIN_PAIR = Integer.getInteger("reliability.kills.within.pair", 1_000);

	/** Lets itself in, sends half of a pair, says so, and waits. */
	private static final String HALF_A_PAIR = """
			import socket, sys
			peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
			peer.sendall(b"13:4:user,3:zed,}0:,")
			welcome = b""
			while not welcome.endswith(b"7:WELCOME,"):
			    welcome += peer.recv(1000)
			peer.sendall(b"0:}1000000:" + b"x" * 500000)
			print("half", flush=True)
			sys.stdin.read()
			""";

	private static final Duration AT_MOST = Duration.ofSeconds(30);

	@Test
	@Tag("reliability")
	void whenClientsAreKilledInTheMiddleOfTheirCallsThenNothingOfThemStays() throws Exception {
		try (ServerProcess server = ServerProcess.start(List.of("-Xmx128m"));
				Canary canary = Canary.watch(server.port())) {
			ServerProcess.Stats before = server.stats();
			for (int i = 0; i < KILLS; i++) {
				try (Program client = Program.start(Path.of("."),
						List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto",
								"-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
								Calls.class.getName(), Integer.toString(server.port())))) {
					client.awaitLine("calling");
					client.process().toHandle().destroyForcibly();
				}
			}
			assertNothingStays(server, before);
			canary.assertWell();
			System.out.printf(
					"measured: kill -9 of clients: %d times in the middle of their calls, %d requests, nothing stays%n",
					KILLS, server.stats().of("accepted"));
		}
	}

	@Test
	@Tag("reliability")
	void whenClientsAreKilledWithinPairsThenNothingOfThemStays() throws Exception {
		Program.assume("python3", "--version");
		try (ServerProcess server = ServerProcess.start(List.of("-Xmx128m"));
				Canary canary = Canary.watch(server.port())) {
			ServerProcess.Stats before = server.stats();
			LoadTests.drive((driver) -> {
				for (int i = driver; i < KILLS_WITHIN_PAIR; i += LoadTests.DRIVERS) {
					try (Program client = Program.start(Path.of("."),
							List.of("python3", "-c", HALF_A_PAIR, Integer.toString(server.port())))) {
						client.awaitLine("half");
					}
				}
			});
			assertNothingStays(server, before);
			canary.assertWell();
			System.out.printf(
					"measured: kill -9 of clients: %d times in the middle of a pair, nothing stays; canary %s%n",
					KILLS_WITHIN_PAIR, canary);
		}
	}

	private static void assertNothingStays(ServerProcess server, ServerProcess.Stats before) {
		await().atMost(AT_MOST).untilAsserted(() -> {
			ServerProcess.Stats after = server.stats();
			assertThat(after.of("connections")).isEqualTo(before.of("connections"));
			assertThat(after.of("buffered")).isLessThanOrEqualTo(before.of("buffered"));
			assertThat(after.of("accepted") - after.of("ended")).isOne();
			assertThat(after.of("files")).isLessThanOrEqualTo(before.of("files") + 2);
		});
	}

	/** A client that calls until it is killed. */
	static class Calls {

		public static void main(String[] arguments) {
			try (PetrichorClient client = PetrichorClient.builder().address("127.0.0.1:" + arguments[0]).build()) {
				for (int i = 0;; i++) {
					List<java.util.concurrent.CompletableFuture<byte[]>> calls = new ArrayList<>();
					for (int j = 0; j < 20; j++) {
						calls.add(client.request().body(new byte[200_000]).retrieveAsync(byte[].class));
					}
					if (i == 2) {
						System.out.println("calling");
					}
					calls.forEach(java.util.concurrent.CompletableFuture::join);
				}
			}
		}

	}

	@Test
	void whenHeapIsSmallThenDefaultsFitIntoIt() {
		try (ServerProcess server = ServerProcess.start(List.of("-Xmx40m", "-XX:+UseSerialGC"));
				RawPeer peer = RawPeer.welcomed(server.port())) {
			assertThat(peer.request(Map.of(), "hello").body().asText()).isEqualTo("hello");
		}
	}

	@Test
	void whenProcessRunsOutOfFilesThenItAcceptsAgainWhenThereAreSome() throws Exception {
		Program.assume("prlimit", "--version");
		try (ServerProcess server = ServerProcess.start(List.of("-Xmx64m"), "handshake.max-pending=2000",
				"handshake.max-pending-per-address=2000"); Canary canary = Canary.watch(server.port())) {
			long files = server.stats().of("files") + 20;
			limitFiles(server, files);
			List<RawPeer> peers = new ArrayList<>();
			for (int i = 0; i < 60; i++) {
				peers.add(Peers.from("127.0.6.1", server.port()));
			}
			canary.assertWell();
			assertThat(server.process().isAlive()).isTrue();
			long cpu = cpu(server);
			assertThat(server.process().waitFor(1, TimeUnit.SECONDS)).isFalse();
			assertThat(cpu(server) - cpu).as("milliseconds of a second that accepting takes").isLessThan(900);
			peers.forEach(RawPeer::close);
			await().atMost(AT_MOST).untilAsserted(() -> {
				for (int i = 0; i < 5; i++) {
					RawPeer.welcomed(server.port()).close();
				}
			});
			canary.assertWell();
		}
	}

	private static long cpu(ServerProcess server) {
		return server.process().info().totalCpuDuration().orElse(Duration.ZERO).toMillis();
	}

	private static void limitFiles(ServerProcess server, long files) throws IOException, InterruptedException {
		Process prlimit = new ProcessBuilder("prlimit", "--pid", Long.toString(server.process().pid()),
				"--nofile=%d:%d".formatted(files, files))
			.start();
		assertThat(prlimit.waitFor()).isZero();
	}

}
