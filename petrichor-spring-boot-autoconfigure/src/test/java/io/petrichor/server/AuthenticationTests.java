package io.petrichor.server;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.petrichor.handler.PetrichorConnection;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.Message;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.testing.Canary;
import io.petrichor.testing.Peers;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Who gets in, seen from outside: threats 3, 4, 7 to 10.
 */
@ExtendWith(OutputCaptureExtension.class)
class AuthenticationTests {

	private static final Map<String, Object> ZED = Map.of("user", "zed", "ident", "0123", "version", "0.1");

	private final CountDownLatch release = new CountDownLatch(1);

	@AfterEach
	void release() {
		this.release.countDown();
	}

	@Test
	void whenAllowedThenHandlerKnowsPrincipalAndPeerReadsMoreThanWelcome() {
		run(server((handshake) -> Decision.allow(named(handshake.user()),
				Header.of(Map.of("shard", 7, "allowed", false, "can", Map.of("push", true))), List.of("hi"))),
				(port) -> {
					try (RawPeer peer = RawPeer.connect(port)) {
						Message welcome = peer.request(ZED, "");
						assertThat(welcome.header().asMap()).containsEntry("shard", 7L)
							.containsEntry("allowed", true)
							.containsEntry("version", "0.1")
							.doesNotContainKey("can");
						assertThat(welcome.body().value()).isEqualTo(List.of("hi"));
						assertThat(peer.request(Map.of(), "").body().asText()).isEqualTo("zed");
					}
				});
	}

	@Test
	void whenDeniedThenPeerReadsReasonAndEnd() {
		run(server((handshake) -> Decision.deny("not before noon", Duration.ofMinutes(5))), (port) -> {
			try (RawPeer peer = RawPeer.connect(port)) {
				Message denial = peer.request(ZED, "");
				assertThat(denial.header().asMap())
					.isEqualTo(Map.of("allowed", false, "error", "denied", "retry", 300_000L));
				assertThat(denial.body().asText()).isEqualTo("not before noon");
				assertThat(peer.read()).isNull();
			}
		});
	}

	@Test
	void whenListenerFailsThenDeniedPeerIsAnsweredAndCountedAllTheSame() {
		ServerListener failing = new ServerListener() {

			@Override
			public void handshakeEnded(HandshakeOutcome outcome, long nanos) {
				throw new IllegalStateException("cannot count");
			}

		};
		run(server((handshake) -> Decision.deny()).withBean(ServerListener.class, () -> failing)
			.withPropertyValues("petrichor.server.authentication.failures-per-minute=0",
					"petrichor.server.authentication.penalty=60s"),
				(port) -> {
					try (RawPeer peer = RawPeer.connect(port)) {
						assertThat(peer.request(ZED, "").header().asMap()).containsEntry("allowed", false);
						assertThat(peer.read()).isNull();
					}
					try (RawPeer peer = RawPeer.connect(port)) {
						assertThat(peer.read()).isNull();
					}
				});
	}

	static Stream<PetrichorAuthenticator> failures() {
		return Stream.of((handshake) -> null, (handshake) -> {
			throw new IllegalStateException("secret " + handshake.user());
		}, (handshake) -> {
			throw new StackOverflowError();
		}, (handshake) -> Decision.later(Mono.empty()),
				(handshake) -> Decision.later(Mono.error(new IllegalStateException("secret"))));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void whenAuthenticatorFailsThenPeerIsDeniedAndLogHasOneLine(PetrichorAuthenticator authenticator,
			CapturedOutput output) {
		run(server(authenticator), (port) -> {
			for (int i = 0; i < 5; i++) {
				try (RawPeer peer = RawPeer.connect(port)) {
					Message denial = peer.request(ZED, "");
					assertThat(denial.header().asMap())
						.isEqualTo(Map.of("allowed", false, "error", "denied", "retry", 1000L));
					assertThat(denial.body().asText()).isEqualTo("denied");
				}
			}
			assertThat(output.getOut().split("A peer was denied because an authenticator failed", -1)).hasSize(2);
		});
	}

	@Test
	void whenAuthenticatorBlocksThenPeerIsDeniedInTimeAndThreadIsInterrupted() {
		CountDownLatch interrupted = new CountDownLatch(1);
		run(server((handshake) -> {
			try {
				return new CountDownLatch(1).await(1, TimeUnit.MINUTES) ? Decision.allow(null) : Decision.deny();
			}
			catch (InterruptedException ex) {
				interrupted.countDown();
				throw ex;
			}
		}).withPropertyValues("petrichor.server.handshake.timeout=500ms"), (port) -> {
			try (RawPeer peer = RawPeer.connect(port)) {
				long begin = System.nanoTime();
				assertThat(peer.request(ZED, "").body().asText()).isEqualTo("denied");
				assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(400),
						Duration.ofMillis(1500));
				assertThat(peer.read()).isNull();
			}
			assertThat(interrupted.await(5, TimeUnit.SECONDS)).isTrue();
		});
	}

	@Test
	void whenPeerLeavesThenItsAuthenticationIsGivenUp() {
		CountDownLatch asked = new CountDownLatch(1);
		CountDownLatch cancelled = new CountDownLatch(1);
		run(server((handshake) -> Decision
			.later(Mono.<Decision>never().doOnSubscribe((s) -> asked.countDown()).doOnCancel(cancelled::countDown))),
				(port) -> {
					try (RawPeer peer = RawPeer.connect(port)) {
						peer.send(ZED, "");
						assertThat(asked.await(5, TimeUnit.SECONDS)).isTrue();
						peer.socket().setSoLinger(true, 0);
					}
					assertThat(cancelled.await(5, TimeUnit.SECONDS)).isTrue();
				});
	}

	@Test
	void whenPeerEndsItsHalfBeforeDecisionThenItStillReadsItsReplies() {
		run(server((handshake) -> {
			this.release.await(300, TimeUnit.MILLISECONDS);
			return Decision.allow(named("zed"));
		}), (port) -> {
			try (RawPeer peer = RawPeer.connect(port)) {
				peer.send(ZED, "").send(Map.of(), "").endOutput();
				assertThat(peer.read().header().flag("allowed")).isTrue();
				assertThat(peer.read().body().asText()).isEqualTo("zed");
				assertThat(peer.read()).isNull();
			}
		});
	}

	@Test
	void whenOthersAbstainThenFirstThatDoesNotDecides() {
		ApplicationContextRunner runner = server((handshake) -> Decision.abstain())
			.withBean("second", PetrichorAuthenticator.class,
					() -> (handshake) -> Decision.later(Mono.just(Decision.abstain())))
			.withBean("third", PetrichorAuthenticator.class,
					() -> (handshake) -> Decision.later(Mono.just(Decision.allow(named("third")))))
			.withBean("fourth", PetrichorAuthenticator.class, () -> (handshake) -> Decision.deny());
		run(runner, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of(), "").body().asText()).isEqualTo("third");
			}
		});
	}

	@Test
	void whenAllAbstainThenPeerIsDenied() {
		run(server((handshake) -> Decision.abstain())
			.withPropertyValues("petrichor.server.authentication.allow-anonymous=true"), (port) -> {
				try (RawPeer peer = RawPeer.connect(port)) {
					Message denial = peer.request(ZED, "");
					assertThat(denial.header().asMap()).isEqualTo(Map.of("allowed", false, "error", "denied"));
					assertThat(denial.body().asText()).isEqualTo("denied");
				}
			});
	}

	@Test
	@Tag("clock")
	void row8_whenFarMoreAskThanCanBeAskedForThenAllAreAnsweredInTimeAndOthersAreServed() {
		AtomicInteger atOnce = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		run(server((handshake) -> {
			if ("canary".equals(handshake.user())) {
				return Decision.allow(null);
			}
			most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
			try {
				this.release.await(1, TimeUnit.SECONDS);
			}
			finally {
				atOnce.decrementAndGet();
			}
			return Decision.deny();
		}).withPropertyValues("petrichor.server.handshake.max-pending=1000",
				"petrichor.server.handshake.max-pending-per-address=1000"), (port) -> {
					try (Canary canary = Canary.watch(port); Peers peers = Peers.connect(500, port)) {
						peers.all().forEach((peer) -> peer.send(ZED, ""));
						long last = System.nanoTime();
						for (RawPeer peer : peers.all()) {
							assertThat(peer.read().header().flag("allowed")).isFalse();
							assertThat(peer.read()).isNull();
						}
						assertThat(Duration.ofNanos(System.nanoTime() - last)).isLessThan(Duration.ofMillis(5500));
						assertThat(most.get()).isEqualTo(2 * Runtime.getRuntime().availableProcessors());
						canary.assertWell();
					}
				});
	}

	@Test
	void row8_whenTooManyWaitForTheAuthenticatorsThenOthersAreToldAtOnceToTryAgain() {
		int waiting = 64 + 2 * Runtime.getRuntime().availableProcessors();
		ExecutorService readers = Executors.newCachedThreadPool();
		AtomicInteger denied = new AtomicInteger();
		AtomicInteger allowed = new AtomicInteger();
		run(server((handshake) -> {
			this.release.await(4, TimeUnit.SECONDS);
			return Decision.allow(null);
		}).withPropertyValues("petrichor.server.handshake.max-pending=1000",
				"petrichor.server.handshake.max-pending-per-address=1000"), (port) -> {
					try (Peers peers = Peers.connect(waiting + 30, port)) {
						peers.all().forEach((peer) -> peer.send(ZED, ""));
						peers.all().forEach((peer) -> readers.execute(() -> {
							Header answer = peer.read().header();
							if (answer.flag("allowed")) {
								allowed.incrementAndGet();
							}
							else if (answer.get("retry").equals(1000L)) {
								denied.incrementAndGet();
							}
						}));
						// Two event loops may take the last place at the same time.
						await().until(() -> denied.get() >= 30 - Runtime.getRuntime().availableProcessors());
						assertThat(allowed).hasValue(0);
						this.release.countDown();
						await().until(() -> allowed.get() + denied.get() == waiting + 30);
						assertThat(allowed).hasValueGreaterThanOrEqualTo(waiting);
					}
				});
		readers.shutdown();
	}

	@Test
	void row9_whenRequestsComeBehindHandshakeThenTheyWaitForDecision() {
		AtomicInteger calls = new AtomicInteger();
		run(server((handshake) -> {
			this.release.await(300, TimeUnit.MILLISECONDS);
			return "eve".equals(handshake.user()) ? Decision.deny() : Decision.allow(named(handshake.user()));
		}).withBean(AtomicInteger.class, () -> calls), (port) -> {
			Map<String, Object> eve = new HashMap<>(ZED);
			eve.put("user", "eve");
			try (Canary canary = Canary.watch(port);
					RawPeer denied = RawPeer.connect(port);
					RawPeer allowed = RawPeer.connect(port)) {
				denied.send(RawPeer.bytes(List.of(eve, Map.of(), Map.of())));
				assertThat(denied.read().header().flag("allowed")).isFalse();
				assertThat(denied.read()).isNull();
				assertThat(calls).hasValue(0);
				allowed.send(RawPeer.bytes(List.of(ZED, Map.of(), Map.of())));
				assertThat(allowed.read().header().flag("allowed")).isTrue();
				assertThat(allowed.read().body().asText()).isEqualTo("zed");
				assertThat(allowed.read().body().asText()).isEqualTo("zed");
				assertThat(calls).hasValue(2);
				canary.assertWell();
			}
		});
	}

	@Test
	void row10_whenPeerClaimsToBeAllowedThenItsClaimDoesNotCount() {
		run(server((handshake) -> "s3cret".equals(handshake.header("token")) ? Decision.allow(named("real"))
				: Decision.deny()), (port) -> {
					Map<String, Object> claims = new HashMap<>(ZED);
					claims.putAll(Map.of("allowed", true, "principal", "root", "token", "guess"));
					try (Canary canary = Canary.watch(port, Map.of("token", "s3cret"))) {
						try (RawPeer peer = RawPeer.connect(port)) {
							assertThat(peer.request(claims, "").header().flag("allowed")).isFalse();
							assertThat(peer.read()).isNull();
						}
						claims.put("token", "s3cret");
						try (RawPeer peer = RawPeer.welcomed(port, claims)) {
							assertThat(peer.request(Map.of("principal", "root"), "").body().asText()).isEqualTo("real");
						}
						canary.assertWell();
					}
				});
	}

	@Test
	@Tag("clock")
	void whenTimeOfPermissionIsOverThenConnectionEnds() {
		run(server((handshake) -> Decision.allow(named("zed")).until(Instant.now().plusSeconds(2)))
			.withPropertyValues("petrichor.server.handshake.timeout=500ms"), (port) -> {
				try (RawPeer peer = RawPeer.welcomed(port)) {
					long begin = System.nanoTime();
					assertThat(peer.request(Map.of(), "").body().asText()).isEqualTo("zed");
					assertThat(peer.read()).isNull();
					assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(1500),
							Duration.ofMillis(3000));
				}
			});
	}

	@Test
	void whenServerStopsThenNoThreadOfItsAuthenticationIsLeft() {
		run(server((handshake) -> Decision.allow(null)), (port) -> RawPeer.welcomed(port).close());
		await().until(() -> Thread.getAllStackTraces()
			.keySet()
			.stream()
			.noneMatch((thread) -> thread.getName().startsWith("petrichor-authentication")));
	}

	private static ApplicationContextRunner server(PetrichorAuthenticator authenticator) {
		return TestServer.with(WhoAmI.class)
			.withBean("first", PetrichorAuthenticator.class, () -> authenticator)
			.withPropertyValues("petrichor.server.authentication.penalty=0s");
	}

	private static void run(ApplicationContextRunner runner, TestServer.PortTest test) {
		TestServer.run(runner, test);
	}

	private static Principal named(String name) {
		return () -> name;
	}

	static class WhoAmI {

		private final @Nullable AtomicInteger calls;

		WhoAmI(ObjectProvider<AtomicInteger> calls) {
			this.calls = calls.getIfAvailable();
		}

		@PetrichorHandler
		String whoAmI(PetrichorConnection connection) {
			if (this.calls != null && !"canary".equals(connection.user())) {
				this.calls.incrementAndGet();
			}
			Principal principal = connection.principal();
			return (principal != null) ? principal.getName() : "nobody";
		}

	}

}
