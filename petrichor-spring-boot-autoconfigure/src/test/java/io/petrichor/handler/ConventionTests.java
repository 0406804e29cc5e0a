package io.petrichor.handler;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.petrichor.protocol.Message;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The conventions, each with a peer that can and with a plain one.
 */
class ConventionTests {

	private static final Map<String, ?> CAN = Map.of("can", Map.of("re", 32, "more", true, "oneway", true));

	private static final ApplicationContextRunner SERVER = TestServer.with(Handlers.class);

	@Test
	void whenPeerSaysWhatItCanThenServerDoes() {
		TestServer.run(SERVER, (port) -> {
			try (RawPeer peer = RawPeer.connect(port)) {
				Message reply = peer.request(Map.of("user", "z", "can", Map.of("re", 1)), "");
				assertThat(reply.header().get("can"))
					.isEqualTo(Map.of("re", 32L, "more", true, "oneway", true, "ping", true, "max", 1048576L));
			}
			try (RawPeer peer = RawPeer.connect(port)) {
				assertThat(peer.request(Map.of("user", "z"), "").header().has("can")).isFalse();
			}
		});
	}

	@Test
	void whenRequestHasIdThenReplyHasReAndMayOvertake() {
		TestServer.run(SERVER, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, CAN)) {
				peer.send(Map.of("to", "never", "id", 1), "").send(Map.of("to", "echo", "id", 2), "x");
				Message reply = peer.read();
				assertThat(reply.header().asMap()).isEqualTo(Map.of("re", 2L));
				assertThat(reply.body().asText()).isEqualTo("x");
			}
		});
	}

	@Test
	void whenPeerTakesNoRequestsItselfThenItsIdsAreStillAnswered() {
		TestServer.run(SERVER, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, Map.of("can", Map.of()))) {
				assertThat(peer.request(Map.of("to", "echo", "id", 7), "").header().asMap())
					.isEqualTo(Map.of("re", 7L));
			}
		});
	}

	@Test
	void whenPlainPeerSendsConventionsThenTheyAreItsOwnAndRepliesComeInOrder() {
		TestServer.run(SERVER, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				for (String key : List.of("cancel", "ping", "oneway", "more")) {
					Message reply = peer.request(Map.of("to", "echo", "id", 1, key, true), key);
					assertThat(reply.header().isEmpty()).isTrue();
					assertThat(reply.body().asText()).isEqualTo(key);
				}
				peer.send(Map.of("to", "later", "id", 1), "a").send(Map.of("to", "echo", "id", 2), "b");
				assertThat(peer.read().body().asText()).isEqualTo("a");
				assertThat(peer.read().body().asText()).isEqualTo("b");
			}
		});
	}

	@Test
	void whenIdIsInFlightThenSecondRequestIsConflict() {
		TestServer.run(SERVER, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, CAN)) {
				peer.send(Map.of("to", "never", "id", 1), "");
				Message conflict = peer.request(Map.of("to", "echo", "id", 1), "");
				assertThat(conflict.header().asMap()).isEqualTo(Map.of("re", 1L, "error", "conflict"));
				Message cancelled = peer.request(Map.of("id", 1, "cancel", true), "");
				assertThat(cancelled.header().asMap()).isEqualTo(Map.of("re", 1L, "error", "cancelled"));
				assertThat(peer.request(Map.of("to", "echo", "id", 1), "again").body().asText()).isEqualTo("again");
			}
		});
	}

	@Test
	void whenRequestIsCancelledThenItsWorkEndsAndLastReplySaysSo() {
		TestServer.with(Handlers.class).run((context) -> {
			Handlers handlers = context.getBean(Handlers.class);
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context), CAN)) {
				for (String to : List.of("never", "blocked", "ticks", "endless-iterator")) {
					handlers.cancelled.set(false);
					peer.send(Map.of("to", to, "id", 5), "");
					Awaitility.await().until(() -> handlers.started.remove(to));
					peer.send(Map.of("id", 5, "cancel", true), "");
					Message last = lastOf(peer, 5);
					assertThat(last.header().text("error")).as(to).isEqualTo("cancelled");
					Awaitility.await(to).untilTrue(handlers.cancelled);
				}
				peer.send(Map.of("id", 99, "cancel", true), "");
				assertThat(peer.request(Map.of("to", "echo", "id", 6), "alive").body().asText()).isEqualTo("alive");
			}
		});
	}

	@Test
	void whenPeerIsGoneThenItsWorkEnds() {
		TestServer.with(Handlers.class).run((context) -> {
			Handlers handlers = context.getBean(Handlers.class);
			for (String to : List.of("never", "blocked", "ticks")) {
				handlers.cancelled.set(false);
				try (RawPeer peer = RawPeer.welcomed(TestServer.port(context), CAN)) {
					peer.send(Map.of("to", to, "id", 5), "");
					Awaitility.await().until(() -> handlers.started.remove(to));
				}
				Awaitility.await(to).untilTrue(handlers.cancelled);
			}
		});
	}

	@Test
	void whenPlainPeerResetsItsConnectionThenItsWorkEnds() {
		TestServer.with(Handlers.class).run((context) -> {
			Handlers handlers = context.getBean(Handlers.class);
			for (String to : List.of("never", "blocked", "ticks")) {
				handlers.cancelled.set(false);
				try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
					peer.send(Map.of("to", to), "");
					Awaitility.await().until(() -> handlers.started.remove(to));
					peer.socket().setSoLinger(true, 0);
				}
				Awaitility.await(to).untilTrue(handlers.cancelled);
			}
		});
	}

	@Test
	void whenPeerThatCanGivesNoIdThenItGetsOneListAndItsRepliesInOrder() {
		TestServer.run(SERVER, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, CAN)) {
				peer.send(Map.of("to", "later"), "a").send(Map.of("to", "flux"), "").send(Map.of("to", "echo"), "b");
				assertThat(peer.read().body().asText()).isEqualTo("a");
				Message list = peer.read();
				assertThat(list.header().isEmpty()).isTrue();
				assertThat(list.body().value()).isEqualTo(List.of(0L, 1L, 2L));
				assertThat(peer.read().body().asText()).isEqualTo("b");
			}
		});
	}

	@Test
	void whenIdIsUnusualThenReplyHasItAllTheSameAndNoOther() {
		TestServer.run(SERVER, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, CAN)) {
				for (long id : new long[] { 0, -1, 9, 10, 99, 100, Long.MAX_VALUE, Long.MIN_VALUE }) {
					assertThat(peer.request(Map.of("to", "echo", "id", id), "").header().asMap())
						.isEqualTo(Map.of("re", id));
					assertThat(peer.request(Map.of("to", "own-header", "id", id), "").header().asMap())
						.isEqualTo(Map.of("re", id, "own", "x"));
				}
			}
		});
	}

	@Test
	void whenErrorHasHintToRetryThenBothPeersGetIt() {
		TestServer.run(SERVER, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, CAN)) {
				assertThat(peer.request(Map.of("to", "again", "id", 1), "").header().asMap())
					.isEqualTo(Map.of("error", "busy", "retry", 1500L, "re", 1L));
			}
			try (RawPeer peer = RawPeer.welcomed(port)) {
				Message reply = peer.request(Map.of("to", "again"), "");
				assertThat(reply.header().asMap()).isEqualTo(Map.of("error", "busy", "retry", 1500L));
				assertThat(reply.body().asText()).isEqualTo("later");
			}
		});
	}

	@Test
	void whenStreamIsOnewayThenItIsConsumedAndNothingComesBack() {
		TestServer.with(Handlers.class).run((context) -> {
			Handlers handlers = context.getBean(Handlers.class);
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context), CAN)) {
				peer.send(Map.of("to", "counted", "oneway", true, "id", 1), "");
				Awaitility.await().untilAtomic(handlers.count, org.hamcrest.Matchers.is(3));
				assertThat(peer.request(Map.of("to", "echo", "id", 2), "next").header().asMap())
					.isEqualTo(Map.of("re", 2L));
			}
		});
	}

	@Test
	void whenRequestIsOnewayThenNothingComesBack() {
		TestServer.with(Handlers.class).run((context) -> {
			Handlers handlers = context.getBean(Handlers.class);
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context), CAN)) {
				peer.send(Map.of("to", "count", "oneway", true), "");
				peer.send(Map.of("to", "count", "oneway", true, "id", 3), "");
				peer.send(Map.of("to", "nowhere", "oneway", true), "");
				assertThat(peer.request(Map.of("to", "echo"), "next").body().asText()).isEqualTo("next");
				Awaitility.await().untilAtomic(handlers.count, org.hamcrest.Matchers.is(2));
			}
		});
	}

	@Test
	void whenPingThenItIsAnsweredBelowTheHandlers() {
		TestServer.run(SERVER, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, CAN)) {
				peer.send(Map.of("to", "never", "id", 1), "");
				Message pong = peer.request(Map.of("ping", true, "id", 2), "");
				assertThat(pong.header().asMap()).isEqualTo(Map.of("re", 2L));
			}
		});
	}

	@Test
	void whenTtlIsOverThenTimeoutForPeerThatCanAndForPlainPeer() {
		TestServer.run(SERVER, (port) -> {
			for (Map<String, ?> can : List.of(CAN, Map.<String, Object>of())) {
				try (RawPeer peer = RawPeer.welcomed(port, can)) {
					for (String to : List.of("never", "blocked", "silent")) {
						Message reply = peer.request(Map.of("to", to, "ttl", 50, "id", 1), "");
						assertThat(reply.header().text("error")).isEqualTo("timeout");
					}
				}
			}
		});
	}

	@Test
	void whenHandlerReturnsStreamThenPeerThatCanGetsManyPairsAndPlainPeerGetsOneList() {
		TestServer.run(SERVER, (port) -> {
			for (String to : List.of("flux", "stream", "iterator", "int-stream")) {
				try (RawPeer peer = RawPeer.welcomed(port, CAN)) {
					assertThat(stream(peer, to, 1)).containsExactly(0L, 1L, 2L);
				}
				try (RawPeer peer = RawPeer.welcomed(port)) {
					assertThat(peer.request(Map.of("to", to), "").body().value()).isEqualTo(List.of(0L, 1L, 2L));
				}
			}
		});
	}

	@Test
	void whenStreamIsEmptyThenLastReplyIsNullAndListIsEmpty() {
		TestServer.run(SERVER, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, CAN)) {
				Message last = peer.request(Map.of("to", "empty", "id", 1), "");
				assertThat(last.header().asMap()).isEqualTo(Map.of("re", 1L));
				assertThat(last.body().isNull()).isTrue();
			}
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of("to", "empty"), "").body().value()).isEqualTo(List.of());
			}
		});
	}

	@Test
	void whenStreamFailsThenLastReplyIsTheError() {
		TestServer.run(SERVER, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, CAN)) {
				peer.send(Map.of("to", "failing", "id", 1), "");
				assertThat(peer.read().header().asMap()).isEqualTo(Map.of("re", 1L, "more", true));
				assertThat(peer.read().header().asMap()).isEqualTo(Map.of("re", 1L, "error", "app.broken"));
			}
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of("to", "failing"), "").header().text("error")).isEqualTo("app.broken");
			}
		});
	}

	@Test
	void whenStreamIsTooLongForOneListThenPlainPeerIsTold() {
		TestServer.run(SERVER.withPropertyValues("petrichor.server.message.max-body-size=1KB"), (port) -> {
			for (String to : List.of("endless", "endless-iterator")) {
				try (RawPeer peer = RawPeer.welcomed(port)) {
					assertThat(peer.request(Map.of("to", to), "").header().text("error")).isEqualTo("too_big");
				}
			}
		});
	}

	@Test
	void whenPeerDoesNotReadThenItsStreamIsNotAskedForMore() {
		TestServer.with(Handlers.class).run((context) -> {
			Handlers handlers = context.getBean(Handlers.class);
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context), CAN)) {
				peer.send(Map.of("to", "big", "id", 1), "");
				Awaitility.await().until(() -> handlers.produced.get() > 10);
				Awaitility.await()
					.during(Duration.ofMillis(300))
					.until(() -> handlers.produced.getAndSet(handlers.produced.get()), (n) -> n < 5000);
				int held = handlers.produced.get();
				for (int i = 0; i < held + 100; i++) {
					assertThat(peer.read().header().flag("more")).isTrue();
				}
				peer.send(Map.of("id", 1, "cancel", true), "");
				assertThat(lastOf(peer, 1).header().text("error")).isEqualTo("cancelled");
			}
		});
	}

	@Test
	void whenManyStreamsRunAtOnceThenEachIsInOrderAndWhole() {
		TestServer.run(SERVER, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, CAN)) {
				for (int id = 0; id < 16; id++) {
					peer.send(Map.of("to", (id % 2 == 0) ? "thousand" : "thousand-iterated", "id", id), "");
				}
				Map<Long, Long> next = new HashMap<>();
				for (int ended = 0; ended < 16;) {
					Message message = peer.read();
					Long id = message.header().integer("re");
					if (message.header().flag("more")) {
						assertThat(message.body().asLong()).isEqualTo(next.merge(id, 1L, Long::sum) - 1);
					}
					else {
						assertThat(message.body().isNull()).isTrue();
						assertThat(next.get(id)).isEqualTo(1000);
						ended++;
					}
				}
			}
		});
	}

	@Test
	void whenTenThousandRequestsHaveIdsThenEachGetsItsReplyOnce() {
		TestServer.run(SERVER, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, CAN)) {
				int requests = 10_000;
				CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
					String[] routes = { "echo", "random", "random-blocking", "loop" };
					for (int id = 0; id < requests; id++) {
						peer.send(Map.of("to", routes[id % routes.length], "id", id), id);
					}
				});
				Set<Long> answered = new HashSet<>();
				for (int i = 0; i < requests; i++) {
					Message reply = peer.read();
					assertThat(reply.header().get("error")).isNull();
					assertThat(reply.body().asLong()).isEqualTo(reply.header().integer("re"));
					assertThat(answered.add(reply.body().asLong())).isTrue();
				}
				sending.join();
				assertThat(answered).hasSize(requests);
			}
		});
	}

	@Test
	void whenTenThousandPlainRequestsArePipelinedThenRepliesComeInOrder() {
		TestServer.run(SERVER, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				int requests = 10_000;
				CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
					String[] routes = { "echo", "mono", "loop", "echo" };
					for (int i = 0; i < requests; i++) {
						peer.send(Map.of("to", routes[i % routes.length]), i);
					}
				});
				for (int i = 0; i < requests; i++) {
					assertThat(peer.read().body().asLong()).isEqualTo(i);
				}
				sending.join();
			}
		});
	}

	private static List<Object> stream(RawPeer peer, String to, int id) {
		List<Object> values = new ArrayList<>();
		peer.send(Map.of("to", to, "id", id), "");
		Message message = peer.read();
		for (; message.header().flag("more"); message = peer.read()) {
			assertThat(message.header().integer("re")).isEqualTo(id);
			values.add(message.body().value());
		}
		assertThat(message.header().asMap()).isEqualTo(Map.of("re", (long) id));
		assertThat(message.body().isNull()).isTrue();
		return values;
	}

	private static Message lastOf(RawPeer peer, long id) {
		Message message = peer.read();
		while (message.header().flag("more")) {
			assertThat(message.header().integer("re")).isEqualTo(id);
			message = peer.read();
		}
		return message;
	}

	static class Handlers {

		final Set<String> started = java.util.concurrent.ConcurrentHashMap.newKeySet();

		final AtomicBoolean cancelled = new AtomicBoolean();

		final AtomicInteger count = new AtomicInteger();

		final AtomicInteger produced = new AtomicInteger();

		@PetrichorHandler("echo")
		Object echo(Object body) {
			return body;
		}

		@PetrichorHandler(route = "loop", blocking = false)
		Object loop(Object body) {
			return body;
		}

		@PetrichorHandler("later")
		Mono<Object> later(Object body) {
			return Mono.delay(Duration.ofMillis(50)).thenReturn(body);
		}

		@PetrichorHandler("mono")
		Mono<Object> mono(Object body) {
			return Mono.just(body);
		}

		@PetrichorHandler("random")
		Mono<Object> random(Object body) {
			return Mono.delay(Duration.ofNanos(ThreadLocalRandom.current().nextInt(3_000_000))).thenReturn(body);
		}

		@PetrichorHandler("random-blocking")
		Object randomBlocking(Object body) throws InterruptedException {
			TimeUnit.MICROSECONDS.sleep(ThreadLocalRandom.current().nextInt(3000));
			return body;
		}

		@PetrichorHandler("count")
		void count() {
			this.count.incrementAndGet();
		}

		@PetrichorHandler("counted")
		Flux<Integer> counted() {
			return Flux.range(0, 3).doOnNext((n) -> this.count.incrementAndGet());
		}

		@PetrichorHandler("again")
		PetrichorError again() {
			return PetrichorError.of(io.petrichor.protocol.ErrorCode.BUSY, "later").retryAfter(Duration.ofMillis(1500));
		}

		@PetrichorHandler("own-header")
		Message ownHeader() {
			return Message.of(io.petrichor.protocol.Header.of(Map.of("re", 12345, "own", "x")), "");
		}

		@PetrichorHandler("never")
		Mono<String> never() {
			return Mono.<String>never()
				.doOnSubscribe((subscription) -> this.started.add("never"))
				.doOnCancel(() -> this.cancelled.set(true));
		}

		@PetrichorHandler("silent")
		Flux<String> silent() {
			return Flux.never();
		}

		@PetrichorHandler("blocked")
		void blocked() {
			this.started.add("blocked");
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				this.cancelled.set(true);
			}
		}

		@PetrichorHandler("ticks")
		Flux<Long> ticks() {
			return Flux.interval(Duration.ofMillis(1))
				.onBackpressureDrop()
				.doOnNext((tick) -> this.started.add("ticks"))
				.doOnCancel(() -> this.cancelled.set(true));
		}

		@PetrichorHandler("endless-iterator")
		Stream<Integer> endlessIterator() {
			return Stream.iterate(0, (n) -> n + 1)
				.peek((n) -> this.started.add("endless-iterator"))
				.onClose(() -> this.cancelled.set(true));
		}

		@PetrichorHandler("endless")
		Flux<Integer> endless() {
			return Flux.fromStream(Stream.iterate(0, (n) -> n + 1));
		}

		@PetrichorHandler("flux")
		Flux<Integer> flux() {
			return Flux.range(0, 3);
		}

		@PetrichorHandler("stream")
		Stream<Integer> stream() {
			return Stream.of(0, 1, 2);
		}

		@PetrichorHandler("int-stream")
		IntStream intStream() {
			return IntStream.range(0, 3);
		}

		@PetrichorHandler("iterator")
		Iterator<Integer> iterator() {
			return List.of(0, 1, 2).iterator();
		}

		@PetrichorHandler("empty")
		Flux<Integer> empty() {
			return Flux.empty();
		}

		@PetrichorHandler("failing")
		Flux<Integer> failing() {
			return Flux.just(1).concatWith(Flux.error(new PetrichorException("app.broken", "broken")));
		}

		@PetrichorHandler("big")
		Flux<byte[]> big() {
			return Flux.<byte[]>generate((sink) -> sink.next(new byte[16 * 1024]))
				.doOnNext((bytes) -> this.produced.incrementAndGet());
		}

		@PetrichorHandler("thousand")
		Flux<Integer> thousand() {
			return Flux.range(0, 1000);
		}

		@PetrichorHandler("thousand-iterated")
		Stream<Integer> thousandIterated() {
			return IntStream.range(0, 1000).boxed();
		}

	}

}
