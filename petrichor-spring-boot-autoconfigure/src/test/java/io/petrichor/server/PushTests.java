package io.petrichor.server;

import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.event.EventListener;

import io.petrichor.handler.PetrichorConnection;
import io.petrichor.handler.PetrichorConnections;
import io.petrichor.handler.PetrichorException;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.Message;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.Handshake;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class PushTests {

	private static final Map<String, ?> CAN = Map.of("can",
			Map.of("re", 2, "push", true, "oneway", true, "more", true));

	@Test
	void whenPeerTakesRequestsThenServerSendsThemAndReadsReplies() {
		TestServer.with(Handlers.class, LetIn.class).run((context) -> {
			PetrichorConnections connections = context.getBean(PetrichorConnections.class);
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context), CAN)) {
				PetrichorConnection connection = connections.all().iterator().next();
				assertThat(connections.byId(connection.id())).isSameAs(connection);
				assertThat(connections.ofUser("Zed")).containsExactly(connection);
				assertThat(connections.ofUser("zed")).isEmpty();
				connection.send("news", "hello");
				Message news = peer.read();
				assertThat(news.header().asMap()).isEqualTo(Map.of("to", "news", "oneway", true));
				assertThat(news.body().asText()).isEqualTo("hello");
				var reply = connection.request("time", null, Long.class).toFuture();
				assertThat(peer.read().header().asMap()).isEqualTo(Map.of("to", "time", "id", 1L));
				peer.send(Map.of("re", 1), 42);
				assertThat(reply.get()).isEqualTo(42);
				var parts = connection.request("parts", null, Object.class).toFuture();
				peer.read();
				peer.send(Map.of("re", 2, "more", true), 1).send(Map.of("re", 2), null);
				assertThat(parts.get()).isEqualTo(List.of(1L));
				var failed = connection.request("broken", null, Long.class).toFuture();
				peer.read();
				peer.send(Map.of("re", 3, "error", "app.broken"), "why");
				assertThatExceptionOfType(ExecutionException.class).isThrownBy(failed::get)
					.withCauseInstanceOf(PetrichorException.class)
					.withMessageContaining("app.broken: why");
				assertThat(peer.send(Map.of("re", 99), "nobody waits")
					.request(Map.of("to", "handshake"), "")
					.body()
					.asText()).isEqualTo("zed");
			}
		});
	}

	@Test
	void whenSomebodyPushesToAllThenPeersThatJustComeReadTheirWelcomeFirst() {
		TestServer.with(Handlers.class).run((context) -> {
			PetrichorConnections connections = context.getBean(PetrichorConnections.class);
			AtomicBoolean stopped = new AtomicBoolean();
			Set<String> greeted = ConcurrentHashMap.newKeySet();
			Thread pusher = new Thread(() -> {
				while (!stopped.get()) {
					for (PetrichorConnection connection : connections.all()) {
						if (greeted.add(connection.id())) {
							connection.send("news", "hello");
						}
					}
				}
			});
			pusher.start();
			try {
				for (int i = 0; i < 500; i++) {
					try (RawPeer peer = RawPeer.welcomed(TestServer.port(context), CAN)) {
						assertThat(peer.read().header().asMap()).containsEntry("to", "news");
					}
				}
			}
			finally {
				stopped.set(true);
				pusher.join();
			}
		});
	}

	@Test
	void whenPeerTakesNoMoreRequestsThenNextIsBusyAndCancelledOneIsCancelled() {
		TestServer.with(Handlers.class).run((context) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context), CAN)) {
				PetrichorConnection connection = context.getBean(PetrichorConnections.class).all().iterator().next();
				connection.request("one", null, Long.class).subscribe((value) -> {
				}, (failure) -> {
				});
				var second = connection.request("two", null, Long.class).subscribe();
				assertThatExceptionOfType(PetrichorException.class)
					.isThrownBy(() -> connection.request("three", null, Long.class).block())
					.withMessageContaining("busy");
				second.dispose();
				peer.read();
				peer.read();
				assertThat(peer.read().header().asMap()).isEqualTo(Map.of("id", 2L, "cancel", true));
			}
		});
	}

	@Test
	void whenConnectionIsGoneThenItsOpenRequestsFail() {
		TestServer.with(Handlers.class).run((context) -> {
			RawPeer peer = RawPeer.welcomed(TestServer.port(context), CAN);
			PetrichorConnection connection = context.getBean(PetrichorConnections.class).all().iterator().next();
			var reply = connection.request("one", null, Long.class).toFuture();
			peer.close();
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(reply::get)
				.withMessageContaining("the connection is gone");
		});
	}

	@Test
	void whenPeerWasIdleAndDoesNotReadWhatIsPushedThenItIsCutOff() {
		TestServer.with(Handlers.class)
			.withPropertyValues("petrichor.server.handshake.timeout=300ms",
					"petrichor.server.outbound.write-timeout=1s")
			.run((context) -> {
				Socket socket = new Socket();
				socket.setReceiveBufferSize(4096);
				try (RawPeer peer = RawPeer.over(socket, TestServer.port(context))) {
					assertThat(peer.request(CAN, "").header().flag("allowed")).isTrue();
					long idle = System.nanoTime() + 500_000_000L;
					Awaitility.await().until(() -> System.nanoTime() - idle > 0);
					PetrichorConnection connection = context.getBean(PetrichorConnections.class)
						.all()
						.iterator()
						.next();
					assertThatIllegalStateException().isThrownBy(() -> {
						for (int i = 0; i < 1000; i++) {
							connection.send("news", new byte[100_000]);
						}
					}).withMessageContaining("does not read");
					Queue<Object> events = context.getBean(Handlers.class).events;
					Awaitility.await().until(() -> events.size() == 2);
					assertThat(events).last().isEqualTo(new ConnectionClosed(connection, CloseReason.SLOW_CONSUMER));
				}
			});
	}

	@Test
	void whenPeerDoesNotReadThenRequestToItIsOverAfterItsTime() {
		slow().withPropertyValues("petrichor.server.dispatch.timeout=500ms").run((context) -> {
			try (RawPeer peer = ofSmallWindow(TestServer.port(context))) {
				PetrichorConnection connection = context.getBean(PetrichorConnections.class).all().iterator().next();
				var reply = connection.request("one", null, Long.class).toFuture();
				fill(connection);
				assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> reply.get(5, TimeUnit.SECONDS))
					.withCauseInstanceOf(PetrichorException.class)
					.withMessageContaining("timeout");
				assertThat(peer.read().header().text("to")).isEqualTo("one");
			}
		});
	}

	@Test
	void whenPeerReadsAgainThenRequestsThatWereRefusedMeanwhileDoNotCount() {
		slow().run((context) -> {
			try (RawPeer peer = ofSmallWindow(TestServer.port(context))) {
				PetrichorConnection connection = context.getBean(PetrichorConnections.class).all().iterator().next();
				int sent = fill(connection);
				for (int i = 0; i < 3; i++) {
					assertThatIllegalStateException().isThrownBy(() -> connection.request("x", "", Long.class).block())
						.withMessageContaining("does not read");
				}
				for (int i = 0; i < sent; i++) {
					assertThat(peer.read().header().text("to")).isEqualTo("news");
				}
				var reply = connection.request("time", null, Long.class).toFuture();
				Message request = peer.read();
				assertThat(request.header().text("to")).isEqualTo("time");
				peer.send(Map.of("re", request.header().integer("id")), 42);
				assertThat(reply.get(5, TimeUnit.SECONDS)).isEqualTo(42);
			}
		});
	}

	@Test
	void whenManyThreadsSendRequestsAtOnceThenPeerGetsNoMoreThanItTakes() {
		TestServer.with(Handlers.class).run((context) -> {
			ExecutorService threads = Executors.newFixedThreadPool(4);
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context), CAN)) {
				PetrichorConnection connection = context.getBean(PetrichorConnections.class).all().iterator().next();
				CyclicBarrier barrier = new CyclicBarrier(4);
				for (int round = 0; round < 2000; round++) {
					AtomicInteger refused = new AtomicInteger();
					List<Future<Disposable>> requests = threads.invokeAll(Collections.nCopies(4, () -> {
						Mono<Long> request = connection.request("x", "", Long.class);
						barrier.await(10, TimeUnit.SECONDS);
						return request.subscribe((value) -> {
						}, (failure) -> refused.incrementAndGet());
					}));
					assertThat(refused).as("round %d", round).hasValue(2);
					for (Future<Disposable> request : requests) {
						request.get().dispose();
					}
				}
				assertThat(peer.read().header().text("to")).isEqualTo("x");
			}
			finally {
				threads.shutdown();
			}
		});
	}

	@Test
	void whenThoseWhoWaitForRepliesFailThenTheConnectionIsGoneAllTheSame() {
		TestServer.with(Handlers.class)
			.withPropertyValues("petrichor.server.shutdown.grace-period=500ms")
			.run((context) -> {
				PetrichorServer server = context.getBean(PetrichorServer.class);
				RawPeer peer = RawPeer.welcomed(server.port(), CAN);
				PetrichorConnection connection = context.getBean(PetrichorConnections.class).all().iterator().next();
				AtomicInteger told = new AtomicInteger();
				for (int i = 0; i < 2; i++) {
					connection.request("one", null, Long.class).subscribe((value) -> {
					}, (failure) -> {
						told.incrementAndGet();
						throw new NoClassDefFoundError("of the application");
					});
				}
				peer.close();
				Awaitility.await().until(() -> server.connectionCount() == 0);
				assertThat(context.getBean(PetrichorConnections.class).all()).isEmpty();
				assertThat(told).hasValue(2);
				CountDownLatch stopped = new CountDownLatch(1);
				server.stop(stopped::countDown);
				assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
			});
	}

	@Test
	void whenServerStopsThenItsRequestsToPeersFailAndSayWhy() {
		TestServer.with(Handlers.class)
			.withPropertyValues("petrichor.server.shutdown.grace-period=500ms")
			.run((context) -> {
				PetrichorServer server = context.getBean(PetrichorServer.class);
				RawPeer peer = RawPeer.welcomed(server.port(),
						Map.of("can", Map.of("re", 4, "push", true, "oneway", true, "more", true, "bye", true)));
				PetrichorConnection connection = context.getBean(PetrichorConnections.class).all().iterator().next();
				var before = connection.request("before", null, Long.class).toFuture();
				assertThat(peer.read().header().text("to")).isEqualTo("before");
				server.stop(() -> {
				});
				assertThat(peer.read().header().flag("bye")).isTrue();
				var during = connection.request("during", null, Long.class).toFuture();
				Awaitility.await().until(() -> !server.isRunning());
				for (var request : List.of(before, during, connection.request("after", null, Long.class).toFuture())) {
					assertThatExceptionOfType(ExecutionException.class)
						.isThrownBy(() -> request.get(5, TimeUnit.SECONDS))
						.havingCause()
						.isInstanceOf(PetrichorException.class)
						.withMessage("cancelled: the connection is gone");
				}
				connection.send("after", null);
				peer.close();
			});
	}

	@Test
	void whenPeerIsPlainThenExceptionSaysThatItTakesNoRequests() {
		TestServer.with(Handlers.class).run((context) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				PetrichorConnection connection = context.getBean(PetrichorConnections.class).all().iterator().next();
				assertThatExceptionOfType(UnsupportedOperationException.class)
					.isThrownBy(() -> connection.send("news", ""))
					.withMessageContaining("push");
				assertThatExceptionOfType(UnsupportedOperationException.class)
					.isThrownBy(() -> connection.request("news", "", String.class));
				assertThat(peer.request(Map.of("to", "handshake"), "").body().asText()).isEqualTo("zed");
			}
		});
	}

	@Test
	void whenPeersComeAndGoThenEventsAreInOrderWithTheReason() {
		TestServer.with(Handlers.class).run((context) -> {
			Queue<Object> events = context.getBean(Handlers.class).events;
			RawPeer.welcomed(TestServer.port(context), CAN).close();
			Awaitility.await().until(() -> events.size() == 2);
			ConnectionOpened opened = (ConnectionOpened) events.remove();
			assertThat(events.remove()).isEqualTo(new ConnectionClosed(opened.connection(), CloseReason.PEER));
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context), CAN)) {
				peer.send("nonsense");
				Awaitility.await().until(() -> events.size() == 2);
				events.remove();
				assertThat(((ConnectionClosed) events.remove()).reason()).isEqualTo(CloseReason.PROTOCOL_ERROR);
			}
			assertThat(context.getBean(PetrichorConnections.class).all()).isEmpty();
		});
	}

	private static ApplicationContextRunner slow() {
		return TestServer.with(Handlers.class)
			.withPropertyValues("petrichor.server.outbound.max-pending=2MB",
					"petrichor.server.outbound.write-timeout=20s");
	}

	private static RawPeer ofSmallWindow(int port) throws SocketException {
		Socket socket = new Socket();
		socket.setReceiveBufferSize(4096);
		return RawPeer.over(socket, port).introduce(CAN);
	}

	/**
	 * Send until neither the server nor the socket takes more; tells how much that was.
	 */
	private static int fill(PetrichorConnection connection) {
		AtomicInteger sent = new AtomicInteger();
		Awaitility.await().during(Duration.ofMillis(300)).until(() -> {
			int before = sent.get();
			assertThatIllegalStateException().isThrownBy(() -> {
				for (; sent.get() < 1000; sent.incrementAndGet()) {
					connection.send("news", new byte[100_000]);
				}
			});
			return sent.get() == before;
		});
		return sent.get();
	}

	static class Handlers {

		final Queue<Object> events = new ConcurrentLinkedQueue<>();

		@PetrichorHandler("handshake")
		String handshake(Handshake handshake) {
			return String.valueOf(handshake.user());
		}

		@EventListener
		void opened(ConnectionOpened event) {
			this.events.add(event);
		}

		@EventListener
		void closed(ConnectionClosed event) {
			this.events.add(event);
		}

	}

	static class LetIn implements PetrichorAuthenticator {

		@Override
		public Decision authenticate(Handshake handshake) {
			return Decision.allow(() -> "Zed");
		}

	}

}
