package io.petrichor.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.petrichor.autoconfigure.PetrichorServerAutoConfiguration;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.Message;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.testing.Canary;
import io.petrichor.testing.Peers;
import io.petrichor.testing.Program;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;
import io.petrichor.testing.ThreadUse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Attacks on a listening port by peers that have not been allowed, each beside a canary
 * that must not notice.
 */
@ExtendWith(OutputCaptureExtension.class)
class ConnectionThreatsTests {

	private static final String A = "127.0.0.2";

	private static final String B = "127.0.0.3";

	private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

	/** What is over at once is over within this. */
	private static final Duration AT_ONCE = Duration.ofMillis(100);

	/** Of a processor, when there are no files left. */
	private static final double MAX_SHARE = 0.05;

	private static final Map<String, Object> ZED = Map.of("user", "zed");

	@Test
	@Tag("clock")
	void row1_whenConnectionsAreTooManyThenRestReadEndAtOnceAndPlacesComeBack() {
		run(server("max-connections=101", "handshake.max-pending=1000", "handshake.max-pending-per-address=1000"),
				(port) -> {
					try (Canary canary = Canary.watch(port); Peers welcome = Peers.connect(100, port)) {
						assertThat(welcome.all()).allSatisfy((peer) -> assertAllowed(peer));
						for (int i = 0; i < 50; i++) {
							assertEndAtOnce("127.0.0.1", port);
						}
						assertThat(welcome.all()).allSatisfy(
								(peer) -> assertThat(peer.request(Map.of(), "x").body().asText()).isEqualTo("x"));
						welcome.all().subList(0, 10).forEach(RawPeer::close);
						List<RawPeer> successors = new ArrayList<>();
						for (int i = 0; i < 10; i++) {
							successors.add(awaitAllowed(A, port));
						}
						assertEndAtOnce(A, port);
						successors.forEach(RawPeer::close);
						canary.assertWell();
					}
				});
	}

	@Test
	@Tag("clock")
	void row2_whenConnectionsFromOneAddressAreTooManyThenOthersAreUnaffected() {
		run(server("max-connections-per-address=20"), (port) -> {
			try (Canary canary = Canary.watch(port);
					Peers welcome = Peers.connect(20, port, A);
					RawPeer other = Peers.from(B, port)) {
				assertThat(welcome.all()).allSatisfy((peer) -> assertAllowed(peer));
				assertEndAtOnce(A, port);
				assertAllowed(other);
				canary.assertWell();
			}
		});
	}

	@Test
	@Tag("clock")
	void row3_whenPeerSaysNothingThenItReadsEndAtDeadline() {
		run(server("handshake.max-pending=5000", "handshake.max-pending-per-address=5000",
				"max-connections-per-address=5000"), (port) -> {
					try (Canary canary = Canary.watch(port)) {
						long first = System.nanoTime();
						try (Peers silent = Peers.connect(2000, port)) {
							long last = System.nanoTime();
							assertThat(silent.all().get(0).read()).isNull();
							assertThat(since(first)).isGreaterThan(Duration.ofMillis(4500));
							for (RawPeer peer : silent.all()) {
								assertThat(peer.read()).isNull();
							}
							assertThat(since(last)).isLessThan(Duration.ofMillis(5500));
						}
						canary.assertWell();
					}
				});
	}

	@Test
	@Tag("clock")
	void row4_whenHandshakeDripsThenDeadlineHoldsAllTheSame() {
		run(server(), (port) -> {
			try (Canary canary = Canary.watch(port); RawPeer peer = RawPeer.connect(port)) {
				long begin = System.nanoTime();
				peer.socket().setSoTimeout(1000);
				for (char next : "14:4:user,3:zed,}".toCharArray()) {
					peer.send(String.valueOf(next));
					if (isAtEndWithinASecond(peer)) {
						break;
					}
				}
				assertThat(since(begin)).isBetween(Duration.ofMillis(4500), Duration.ofMillis(5500));
				canary.assertWell();
			}
		});
	}

	@Test
	void row5_whenOneAddressHoardsPlacesThenOthersStillGetIn() {
		run(server(), (port) -> {
			try (Canary canary = Canary.watch(port); Peers hoard = Peers.connect(500, port, A)) {
				assertThat(hoard.all()).hasSize(500);
				int admitted = 0;
				for (int i = 0; i < 50; i++) {
					try (RawPeer peer = Peers.from(B, port)) {
						long begin = System.nanoTime();
						assertAllowed(peer);
						assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(1));
						admitted++;
					}
				}
				assertThat(admitted).isGreaterThanOrEqualTo(49);
				canary.assertWell();
			}
		});
	}

	@Test
	@Tag("clock")
	void row6_whenAddressGuessesTooOftenThenItIsTurnedAwayUnreadForPenalty() {
		ApplicationContextRunner runner = server("authentication.penalty=2s").withBean(PetrichorAuthenticator.class,
				() -> (handshake) -> "eve".equals(handshake.user()) ? Decision.deny() : Decision.allow(null));
		run(runner, (port) -> {
			try (Canary canary = Canary.watch(port)) {
				for (int i = 0; i < 11; i++) {
					try (RawPeer peer = Peers.from(A, port)) {
						assertThat(peer.request(Map.of("user", "eve"), "").header().flag("allowed")).isFalse();
						assertThat(peer.read()).isNull();
					}
				}
				long begin = System.nanoTime();
				assertEndAtOnce(A, port);
				try (RawPeer other = Peers.from(B, port)) {
					assertAllowed(other);
				}
				awaitAllowed(A, port).close();
				assertThat(since(begin)).isGreaterThan(Duration.ofMillis(1900));
				canary.assertWell();
			}
		});
	}

	@Test
	@Tag("clock")
	void row11_whenFirstPairAnnouncesTooMuchThenItIsRefusedByItsSizeAlone() {
		run(server("authentication.penalty=0"), (port) -> {
			try (Canary canary = Canary.watch(port)) {
				for (int i = 0; i < 200; i++) {
					refused(port, "16385:");
					refused(port, "x");
				}
				canary.assertWell();
			}
			long forSize = allocatedFor(port, "16385:");
			long forNothing = allocatedFor(port, "x");
			System.out.printf("refused: %d bytes allocated for a size, %d for one byte%n", forSize, forNothing);
			assertThat(forSize - forNothing).as("what a size of 16385 costs").isLessThan(1024);
		});
	}

	/** The bytes that event loops allocate to refuse one peer, on the average. */
	private static long allocatedFor(int port, String beginning) {
		int peers = 100;
		long before = ThreadUse.allocated("petrichor-nio");
		for (int i = 0; i < peers; i++) {
			refused(port, beginning);
		}
		return (ThreadUse.allocated("petrichor-nio") - before) / peers;
	}

	private static void refused(int port, String beginning) {
		try (RawPeer peer = RawPeer.connect(port)) {
			long begin = System.nanoTime();
			peer.send(beginning);
			assertThat(peer.read().header().flag("allowed")).isFalse();
			assertThat(peer.read()).isNull();
			assertThat(since(begin)).isLessThan(AT_ONCE);
		}
	}

	@Test
	@Tag("clock")
	void row12_whenProcessMayOpenFewFilesThenItServesAsManyAsItCanAndRecovers() {
		Program.assume("prlimit", "--version");
		try (Program server = Program.start(Path.of("."),
				List.of("prlimit", "--nofile=300", JAVA, "-XX:-MaxFDLimit", "-Xmx64m", "-cp",
						System.getProperty("java.class.path"), Application.class.getName(), "--petrichor.server.port=0",
						"--petrichor.server.handshake.max-pending-per-address=100"))) {
			String line = server.awaitLine("Petrichor server listens on");
			int port = Integer.parseInt(line.replaceAll(".* port (\\d+),.*", "$1"));
			server.awaitLine("may open 300 files");
			try (Peers in = Peers.connect(40, port)) {
				assertThat(in.all()).allSatisfy((peer) -> assertAllowed(peer));
				try (Peers over = besideCanary(server, port)) {
					double share = settledCpuShare(server);
					System.out.printf("out of files: %.1f %% of a processor for %d%n", share * 100, over.all().size());
					assertThat(share).isLessThan(MAX_SHARE);
				}
			}
			awaitAllowed(A, port).close();
			try (Canary canary = Canary.watch(port)) {
				for (int i = 0; i < 5; i++) {
					try (RawPeer peer = Peers.from(B, port)) {
						assertAllowed(peer);
					}
				}
				canary.assertWell();
			}
			assertThat(server.output()).doesNotContain("Too many open files");
		}
	}

	/** Far more than there are places left. */
	private static Peers besideCanary(Program server, int port) {
		try (Canary canary = Canary.watch(port)) {
			Peers over = Peers.connect(560, port);
			server.awaitLine("A connection is turned away");
			canary.assertWell();
			return over;
		}
	}

	/**
	 * A JVM that has just been started still compiles, which ends, as accepting in vain
	 * would not.
	 */
	private static double settledCpuShare(Program program) {
		double share = 1;
		for (int i = 0; i < 5 && share >= MAX_SHARE; i++) {
			share = cpuShare(program, Duration.ofSeconds(3));
		}
		return share;
	}

	/** Of one processor. */
	private static double cpuShare(Program program, Duration time) {
		long before = cpu(program);
		long begin = System.nanoTime();
		await().pollDelay(time).atMost(time.multipliedBy(2)).until(() -> true);
		return (double) (cpu(program) - before) / (System.nanoTime() - begin);
	}

	private static long cpu(Program program) {
		return program.process().info().totalCpuDuration().orElseThrow().toNanos();
	}

	@Test
	@Tag("clock")
	void row13_whenPortIsTakenThenStartFailsAndNamesItAndNothingIsLeft() {
		run(server(), (port) -> {
			try (Canary canary = Canary.watch(port)) {
				List<Thread> before = List.copyOf(Thread.getAllStackTraces().keySet());
				server().withPropertyValues("petrichor.server.port=" + port)
					.run((context) -> assertThat(context).getFailure()
						.hasStackTraceContaining(PetrichorServerException.class.getName())
						.hasStackTraceContaining("port " + port));
				await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
					.filteredOn((thread) -> thread.getName().startsWith("petrichor"))
					.isSubsetOf(before));
				long begin = System.nanoTime();
				try (Program second = Program.start(Path.of("."),
						List.of(JAVA, "-cp", System.getProperty("java.class.path"), Application.class.getName(),
								"--petrichor.server.port=" + port))) {
					assertThat(second.process().waitFor()).isEqualTo(1);
					assertThat(since(begin)).isLessThan(Duration.ofSeconds(10));
					second.awaitLine("APPLICATION FAILED TO START");
					second.awaitLine("port " + port);
					second.awaitLine("petrichor.server.port");
				}
				canary.assertWell();
			}
		});
	}

	private static ApplicationContextRunner server(String... properties) {
		ApplicationContextRunner runner = TestServer.with(Echo.class);
		for (String property : properties) {
			runner = runner.withPropertyValues("petrichor.server." + property);
		}
		return runner;
	}

	private static void run(ApplicationContextRunner runner, TestServer.PortTest test) {
		TestServer.run(runner, test);
	}

	private static void assertAllowed(RawPeer peer) {
		assertThat(peer.request(ZED, "").header().flag("allowed")).isTrue();
	}

	/** A peer that is let in as soon as there is a place for it. */
	private static RawPeer awaitAllowed(String source, int port) {
		return await().pollInterval(Duration.ofMillis(50)).until(() -> {
			RawPeer peer = Peers.from(source, port);
			try {
				Message answer = peer.request(ZED, "");
				if (answer != null && answer.header().flag("allowed")) {
					return peer;
				}
			}
			catch (UncheckedIOException ex) {
				// Turned away before it could say anything.
			}
			peer.close();
			return null;
		}, (peer) -> peer != null);
	}

	private static void assertEndAtOnce(String source, int port) {
		long begin = System.nanoTime();
		try (RawPeer peer = Peers.from(source, port)) {
			assertThat(peer.read()).isNull();
		}
		assertThat(since(begin)).isLessThan(AT_ONCE);
	}

	private static Duration since(long begin) {
		return Duration.ofNanos(System.nanoTime() - begin);
	}

	private static boolean isAtEndWithinASecond(RawPeer peer) throws IOException {
		try {
			return peer.socket().getInputStream().read() < 0;
		}
		catch (SocketTimeoutException ex) {
			return false;
		}
	}

	static class Application {

		public static void main(String[] arguments) {
			SpringApplication.run(new Class<?>[] { PetrichorServerAutoConfiguration.class, Echo.class }, arguments);
		}

	}

	static class Echo {

		@PetrichorHandler
		Object echo(Object body) {
			return body;
		}

	}

}
