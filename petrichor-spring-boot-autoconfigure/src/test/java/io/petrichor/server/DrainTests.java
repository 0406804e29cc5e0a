package io.petrichor.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoop;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.Message;
import io.petrichor.testing.AcceptedChannels;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;
import io.petrichor.tnetstring.TNetstring;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The way from listening to stopped, and back.
 */
class DrainTests {

	@Test
	void whenServerStopsThenWhatWasReadIsAnsweredAndTheStreamEnds() {
		TestServer.with(Handlers.class).run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			try (RawPeer peer = RawPeer.welcomed(server.port())) {
				awaitBegin(() -> peer.send("12:2:to,4:slow,}3:one,12:2:to,4:slow,}3:two,"));
				CountDownLatch stopped = new CountDownLatch(1);
				server.stop(stopped::countDown);
				assertThat(peer.read().body().asText()).isEqualTo("one");
				assertThat(peer.read().body().asText()).isEqualTo("two");
				assertThat(peer.read()).isNull();
				peer.endOutput();
				assertThat(stopped.await(5, TimeUnit.SECONDS)).isTrue();
			}
		});
	}

	@Test
	void whenServerStopsDuringADecisionThenItDoesNotWaitForTheGracePeriod() {
		TestServer.with(Handlers.class, ConnectionEndTests.SlowAuthenticator.class).run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			try (RawPeer peer = RawPeer.connect(server.port())) {
				peer.send(Map.of("user", "zed"), "");
				Awaitility.await().until(() -> server.connectionCount() == 1);
				new CountDownLatch(1).await(50, TimeUnit.MILLISECONDS);
				long begun = System.nanoTime();
				server.stop();
				assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
			}
		});
	}

	@Test
	void whenPeerIsJustComingWhenTheServerStopsThenItsConnectionEnds() {
		CompletableFuture<EventLoop> coming = new CompletableFuture<>();
		CountDownLatch comes = new CountDownLatch(1);
		PetrichorServerCustomizer slow = new AcceptedChannels((channel) -> {
			coming.complete(channel.eventLoop());
			await(comes);
		});
		TestServer.with(Handlers.class).withBean(PetrichorServerCustomizer.class, () -> slow).run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			try (RawPeer peer = RawPeer.connect(server.port())) {
				EventLoop loop = coming.get(10, TimeUnit.SECONDS);
				CountDownLatch stopped = new CountDownLatch(1);
				server.stop(stopped::countDown);
				Awaitility.await().until(loop::isShuttingDown);
				comes.countDown();
				assertThat(peer.read()).isNull();
				assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
				assertThat(server.connectionCount()).isZero();
			}
		});
	}

	@Test
	void whenServerIsStartedWhileItStillStopsThenTheNewConnectionsLive() {
		TestServer.with(Handlers.class)
			.withPropertyValues("petrichor.server.shutdown.grace-period=1s")
			.run((context) -> {
				PetrichorServer server = context.getBean(PetrichorServer.class);
				CountDownLatch stopped = new CountDownLatch(1);
				try (RawPeer old = RawPeer.welcomed(server.port())) {
					awaitBegin(() -> old.send(Map.of("to", "sleeper"), ""));
					server.stop(stopped::countDown);
					server.start();
					try (RawPeer peer = RawPeer.welcomed(server.port())) {
						assertThat(stopped.await(6, TimeUnit.SECONDS)).isTrue();
						assertThat(peer.request(Map.of(), "hello").body().asText()).isEqualTo("hello");
					}
				}
			});
	}

	@Test
	void whenPeerUnderstandsGoodbyesThenItHearsOneAndWhatCrossesItIsAnsweredGoing() {
		TestServer.with(Handlers.class).run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			try (RawPeer peer = RawPeer.welcomed(server.port(), Map.of("can", Map.of("re", 4, "bye", true)))) {
				awaitBegin(() -> peer.send(Map.of("to", "slow", "id", 1), "one"));
				CountDownLatch stopped = new CountDownLatch(1);
				server.stop(stopped::countDown);
				assertThat(peer.read().header().flag("bye")).isTrue();
				peer.send(Map.of("to", "slow", "id", 2), "two");
				Message second = peer.read();
				assertThat(second.header().integer("re")).isEqualTo(2);
				assertThat(second.header().text("error")).isEqualTo("going");
				assertThat(peer.read().body().asText()).isEqualTo("one");
				peer.endOutput();
				assertThat(peer.read()).isNull();
				assertThat(stopped.await(1, TimeUnit.SECONDS)).isTrue();
			}
		});
	}

	@Test
	void whenGracePeriodIsOverThenWhatWasNotBegunIsAnsweredGoingAndTheRestTimeout() {
		TestServer.with(Handlers.class)
			.withPropertyValues("petrichor.server.shutdown.grace-period=200ms")
			.run((context) -> {
				PetrichorServer server = context.getBean(PetrichorServer.class);
				try (RawPeer peer = RawPeer.welcomed(server.port())) {
					awaitBegin(() -> peer.send("15:2:to,7:sleeper,}3:one,0:}3:two,"));
					server.stop(() -> {
					});
					assertThat(peer.read().header().text("error")).isEqualTo("timeout");
					assertThat(peer.read().header().text("error")).isEqualTo("going");
					assertThat(peer.read()).isNull();
				}
			});
	}

	@Test
	void whenServerIsStoppedOnceMoreThenItHurries() {
		TestServer.with(Handlers.class).run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			try (RawPeer peer = RawPeer.welcomed(server.port())) {
				awaitBegin(() -> peer.send(Map.of("to", "sleeper"), ""));
				CountDownLatch stopped = new CountDownLatch(2);
				server.stop(stopped::countDown);
				server.stop(stopped::countDown);
				assertThat(peer.read().header().text("error")).isEqualTo("timeout");
				assertThat(stopped.await(5, TimeUnit.SECONDS)).isTrue();
			}
		});
	}

	@Test
	void whenServerDrainsAlreadyThenTheFirstStopWaitsForWhatWasRead() {
		TestServer.with(Handlers.class).run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			try (RawPeer peer = RawPeer.welcomed(server.port())) {
				awaitBegin(() -> peer.send(Map.of("to", "slow"), "one"));
				server.drain();
				assertThat(server.port()).isNegative();
				assertThat(server.isRunning()).isTrue();
				CountDownLatch stopped = new CountDownLatch(1);
				server.stop(stopped::countDown);
				assertThat(peer.read().body().asText()).isEqualTo("one");
				assertThat(peer.endOutput().read()).isNull();
				assertThat(stopped.await(5, TimeUnit.SECONDS)).isTrue();
				assertThat(server.isRunning()).isFalse();
			}
		});
	}

	@Test
	void whenServerStopsAfterARestartThenItWaitsForTheConnectionsOfTheTimeBefore() {
		TestServer.with(Handlers.class).run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			try (RawPeer old = RawPeer.welcomed(server.port())) {
				awaitBegin(() -> old.send(Map.of("to", "slow"), "one"));
				server.drain();
				server.start();
				assertThat(server.connectionCount()).isEqualTo(1);
				CountDownLatch stopped = new CountDownLatch(1);
				server.stop(stopped::countDown);
				assertThat(old.read().body().asText()).isEqualTo("one");
				assertThat(stopped.getCount()).isEqualTo(1);
				assertThat(server.isRunning()).isTrue();
				assertThat(server.connectionCount()).isEqualTo(1);
				old.endOutput();
				assertThat(stopped.await(5, TimeUnit.SECONDS)).isTrue();
				assertThat(server.isRunning()).isFalse();
			}
		});
	}

	@Test
	void whenServerStopsTwiceWithAStartBetweenThenNobodyHasLostPatience() {
		TestServer.with(Handlers.class).run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			try (RawPeer old = RawPeer.welcomed(server.port())) {
				awaitBegin(() -> old.send(Map.of("to", "slow"), "one"));
				CountDownLatch stopped = new CountDownLatch(2);
				server.stop(stopped::countDown);
				server.start();
				server.stop(stopped::countDown);
				assertThat(old.read().body().asText()).isEqualTo("one");
				old.endOutput();
				assertThat(stopped.await(5, TimeUnit.SECONDS)).isTrue();
			}
		});
	}

	@Test
	void whenServerHasStoppedThenItsPortIsFreeAndItsThreadsAreGoneAndItCanStartAgain() {
		TestServer.with(Handlers.class).run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			int port = server.port();
			try (RawPeer peer = RawPeer.welcomed(port)) {
				peer.request(Map.of(), "hello");
				server.stop();
				assertThat(server.isRunning()).isFalse();
				try (ServerSocket socket = new ServerSocket()) {
					socket.setReuseAddress(true);
					socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
				}
				Awaitility.await()
					.untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
						.noneMatch((name) -> name.equals("petrichor-server") || name.startsWith("petrichor-nio")
								|| name.startsWith("petrichor-epoll")));
			}
			server.start();
			assertThat(server.isRunning()).isTrue();
			try (RawPeer peer = RawPeer.welcomed(server.port())) {
				assertThat(peer.request(Map.of(), "again").body().asText()).isEqualTo("again");
			}
		});
	}

	@Test
	void whenSeveralContextsServeThenStoppingOneLeavesTheOthers() {
		TestServer.with(Handlers.class).run((first) -> TestServer.with(Handlers.class).run((second) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(second))) {
				first.getBean(PetrichorServer.class).stop();
				assertThat(peer.request(Map.of(), "hello").body().asText()).isEqualTo("hello");
			}
		}));
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** Its handler has the request, and has not answered it. */
	private static void awaitBegin(Runnable send) throws InterruptedException {
		Handlers.begun = new CountDownLatch(1);
		send.run();
		assertThat(Handlers.begun.await(5, TimeUnit.SECONDS)).isTrue();
	}

	static class Handlers {

		static volatile CountDownLatch begun = new CountDownLatch(1);

		@PetrichorHandler
		TNetstring echo(TNetstring body) {
			return body;
		}

		@PetrichorHandler("slow")
		TNetstring slow(TNetstring body) throws InterruptedException {
			begun.countDown();
			new CountDownLatch(1).await(300, TimeUnit.MILLISECONDS);
			return body;
		}

		@PetrichorHandler("sleeper")
		TNetstring sleeper(TNetstring body) throws InterruptedException {
			begun.countDown();
			new CountDownLatch(1).await(30, TimeUnit.SECONDS);
			return body;
		}

	}

}
