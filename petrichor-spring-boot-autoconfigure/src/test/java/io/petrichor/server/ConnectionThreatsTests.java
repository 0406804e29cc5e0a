package io.petrichor.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

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

	private static final Map<String, Object> ZED = Map.of("user", "zed");

	@Test
	void row1_whenConnectionsAreTooManyThenRestReadEndAtOnceAndPlacesComeBack() {
		run(server("max-connections=101", "handshake.max-pending=1000", "handshake.max-pending-per-address=1000"),
				(port) -> {
					try (Canary canary = Canary.watch(port); Peers welcome = Peers.connect(100, port)) {
						assertThat(welcome.all()).allSatisfy((peer) -> assertAllowed(peer));
						try (Peers over = Peers.connect(50, port)) {
							assertThat(over.all()).allSatisfy((peer) -> assertEnd(peer, Duration.ofSeconds(2)));
						}
						assertThat(welcome.all()).allSatisfy(
								(peer) -> assertThat(peer.request(Map.of(), "x").body().asText()).isEqualTo("x"));
						welcome.all().subList(0, 10).forEach(RawPeer::close);
						awaitAllowed(A, port);
						canary.assertWell();
					}
				});
	}

	@Test
	void row2_whenConnectionsFromOneAddressAreTooManyThenOthersAreUnaffected() {
		run(server("max-connections-per-address=20"), (port) -> {
			try (Canary canary = Canary.watch(port);
					Peers welcome = Peers.connect(20, port, A);
					RawPeer other = Peers.from(B, port)) {
				assertThat(welcome.all()).allSatisfy((peer) -> assertAllowed(peer));
				try (RawPeer over = Peers.from(A, port)) {
					assertEnd(over, Duration.ofSeconds(2));
				}
				assertAllowed(other);
				canary.assertWell();
			}
		});
	}

	@Test
	void row3_whenPeerSaysNothingThenItReadsEndAtDeadline() {
		run(server("handshake.timeout=1s"), (port) -> {
			try (Canary canary = Canary.watch(port); Peers silent = Peers.connect(30, port)) {
				long begin = System.nanoTime();
				for (RawPeer peer : silent.all()) {
					assertThat(peer.read()).isNull();
				}
				assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(500),
						Duration.ofMillis(1500));
				canary.assertWell();
			}
		});
	}

	@Test
	void row4_whenHandshakeDripsThenDeadlineHoldsAllTheSame() {
		run(server("handshake.timeout=1s"), (port) -> {
			try (Canary canary = Canary.watch(port); RawPeer peer = RawPeer.connect(port)) {
				long begin = System.nanoTime();
				peer.send("40:");
				await().pollInterval(Duration.ofMillis(100)).until(() -> isGone(peer));
				assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(900),
						Duration.ofMillis(1800));
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
				try (RawPeer twelfth = Peers.from(A, port); RawPeer other = Peers.from(B, port)) {
					assertEnd(twelfth, Duration.ofSeconds(2));
					assertAllowed(other);
				}
				awaitAllowed(A, port);
				canary.assertWell();
			}
		});
	}

	@Test
	void row11_whenFirstPairAnnouncesTooMuchThenItIsRefusedByItsSizeAlone() {
		run(server(), (port) -> {
			try (Canary canary = Canary.watch(port); RawPeer peer = RawPeer.connect(port)) {
				long begin = System.nanoTime();
				peer.send("16385:");
				assertThat(peer.read().header().flag("allowed")).isFalse();
				assertThat(peer.read()).isNull();
				assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(500));
				canary.assertWell();
			}
		});
	}

	@Test
	void row12_whenProcessMayOpenFewFilesThenItServesAsManyAsItCanAndRecovers() {
		Program.assume("prlimit", "--version");
		String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
		try (Program server = Program.start(Path.of("."),
				List.of("prlimit", "--nofile=300", java, "-XX:-MaxFDLimit", "-Xmx64m", "-cp",
						System.getProperty("java.class.path"), Application.class.getName(), "--petrichor.server.port=0",
						"--petrichor.server.handshake.timeout=2s"))) {
			String line = server.awaitLine("Petrichor server listens on");
			int port = Integer.parseInt(line.replaceAll(".* port (\\d+),.*", "$1"));
			server.awaitLine("may open 300 files");
			try (Canary canary = Canary.watch(port)) {
				try (Peers many = Peers.connect(600, port)) {
					assertThat(many.all()).hasSize(600);
					canary.assertWell();
				}
				server.awaitLine("A connection is turned away");
				for (int i = 0; i < 5; i++) {
					awaitAllowed(A, port);
				}
				canary.assertWell();
			}
			assertThat(server.output()).doesNotContain("Too many open files");
		}
	}

	@Test
	void row13_whenPortIsTakenThenStartFailsAndNamesIt() {
		run(server(), (port) -> {
			try (Canary canary = Canary.watch(port)) {
				server().withPropertyValues("petrichor.server.port=" + port)
					.run((context) -> assertThat(context).getFailure()
						.hasStackTraceContaining(PetrichorServerException.class.getName())
						.hasStackTraceContaining("port " + port));
				canary.assertWell();
			}
		});
		assertThat(Thread.getAllStackTraces().keySet())
			.noneMatch((thread) -> "petrichor-server".equals(thread.getName()));
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

	private static void awaitAllowed(String source, int port) {
		await().ignoreException(UncheckedIOException.class).untilAsserted(() -> {
			try (RawPeer peer = Peers.from(source, port)) {
				Message answer = peer.request(ZED, "");
				assertThat(answer).isNotNull();
				assertThat(answer.header().flag("allowed")).isTrue();
			}
		});
	}

	private static void assertEnd(RawPeer peer, Duration within) {
		long begin = System.nanoTime();
		assertThat(peer.read()).isNull();
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(within);
	}

	private static boolean isGone(RawPeer peer) throws IOException {
		try {
			peer.send("0");
			peer.socket().setSoTimeout(1);
			return peer.socket().getInputStream().read() < 0;
		}
		catch (SocketTimeoutException ex) {
			return false;
		}
		catch (UncheckedIOException | SocketException ex) {
			return true;
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
