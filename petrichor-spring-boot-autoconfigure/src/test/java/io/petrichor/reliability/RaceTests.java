package io.petrichor.reliability;

import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import io.petrichor.handler.Outcome;
import io.petrichor.handler.PetrichorConnection;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.handler.Request;
import io.petrichor.handler.RequestListener;
import io.petrichor.handler.RequestObservation;
import io.petrichor.protocol.Message;
import io.petrichor.server.ConnectionInfo;
import io.petrichor.server.PetrichorServer;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Replies, deadlines, ends of connections from either side and the stop of the server, in
 * any order: each request has one outcome, and nothing stays. A round is one connection
 * with its requests.
 */
class RaceTests {

	private static final int PEERS = 24;

	private static final int MANY_PEERS = 48;

	private static final int ROUNDS = 1_000;

	private static final int MANY_ROUNDS = Integer.getInteger("reliability.races", 20_000);

	private static final int REQUESTS = 6;

	private static final Map<String, ?> CAN = Map.of("can", Map.of("re", 32, "more", true, "bye", true));

	@Test
	void whenEverythingEndsAtOnceThenEachRequestHasOneOutcome() {
		race(ROUNDS, PEERS);
	}

	@Test
	@Tag("reliability")
	void whenEverythingEndsAtOnceManyTimesThenEachRequestHasOneOutcome() {
		race(MANY_ROUNDS, MANY_PEERS);
	}

	private static void race(int rounds, int atOnce) {
		TestServer.with(Handlers.class, Outcomes.class)
			.withPropertyValues("petrichor.server.dispatch.timeout=150ms",
					"petrichor.server.shutdown.grace-period=200ms",
					"petrichor.server.handshake.max-pending-per-address=100")
			.run((context) -> {
				PetrichorServer server = context.getBean(PetrichorServer.class);
				Outcomes outcomes = context.getBean(Outcomes.class);
				AtomicInteger begun = new AtomicInteger();
				AtomicInteger refused = new AtomicInteger();
				AtomicLong replies = new AtomicLong();
				ExecutorService threads = Executors.newFixedThreadPool(atOnce);
				// Odd while the server stops.
				AtomicInteger stops = new AtomicInteger();
				try {
					List<Future<?>> peers = new ArrayList<>();
					for (int i = 0; i < atOnce; i++) {
						Random random = new Random(i);
						peers.add(threads.submit(() -> {
							while (begun.incrementAndGet() <= rounds) {
								try {
									replies.addAndGet(round(server, random, stops));
								}
								catch (UncheckedIOException | IllegalArgumentException ex) {
									// The server was not there, or ended first.
									refused.incrementAndGet();
								}
							}
							return null;
						}));
					}
					while (begun.get() < rounds) {
						int next = Math.min(rounds, begun.get() + 150);
						await().atMost(Duration.ofSeconds(60)).until(() -> begun.get() >= next || hasFailed(peers));
						if (hasFailed(peers)) {
							break;
						}
						CountDownLatch stopped = new CountDownLatch(1);
						stops.incrementAndGet();
						server.stop(stopped::countDown);
						assertThat(stopped.await(20, TimeUnit.SECONDS)).as("has stopped").isTrue();
						server.start();
						stops.incrementAndGet();
					}
					for (Future<?> peer : peers) {
						peer.get(60, TimeUnit.SECONDS);
					}
				}
				finally {
					threads.shutdownNow();
				}
				await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
					assertThat(server.connectionCount()).as("connections").isZero();
					assertThat(server.connections().mapToInt(ConnectionInfo::inFlight).sum()).as("in flight").isZero();
					assertThat(server.buffered()).as("memory").isZero();
					assertThat(outcomes.ended).as("requests that ended").hasValue(outcomes.accepted.get());
				});
				assertThat(outcomes.twice).as("requests that ended twice").hasValue(0);
				assertThat(outcomes.observed).as("requests that were seen to end").hasValue(outcomes.accepted.get());
				assertThat(replies.get()).as("replies read").isPositive().isLessThanOrEqualTo(outcomes.accepted.get());
				System.out.printf(
						"measured: races: %d rounds, %d of them cut short by the server, %d stops, %d requests read, each with one outcome, %d replies%n",
						rounds, refused.get(), stops.get() / 2, outcomes.accepted.get(), replies.get());
			});
	}

	/** Whether a thread has ended before its time; who waits for it learns why. */
	private static boolean hasFailed(List<Future<?>> peers) {
		return peers.stream().anyMatch(Future::isDone);
	}

	/** Some requests, and then an end at some time. */
	private static int round(PetrichorServer server, Random random, AtomicInteger stops) throws Exception {
		boolean plain = random.nextBoolean();
		int replies = 0;
		await().pollInterval(Duration.ofMillis(5)).atMost(Duration.ofSeconds(30)).until(() -> stops.get() % 2 == 0);
		int stopsBefore = stops.get();
		try (RawPeer peer = RawPeer.connect(server.port())) {
			peer.send(plain ? Map.of("user", "zed") : CAN, "");
			Message welcome = read(peer, server, List.of());
			if (welcome == null || !welcome.header().flag("allowed")) {
				assertThat(isUndisturbed(stopsBefore, stops)).as("the server goes on").isFalse();
				return 0;
			}
			List<String> sent = new ArrayList<>();
			for (int i = 0; i < REQUESTS; i++) {
				String to = Handlers.ROUTES.get(random.nextInt(Handlers.ROUTES.size()));
				// Times are over when somebody looks, which is every tenth of a second.
				int body = i * 1000 + (random.nextBoolean() ? random.nextInt(3) : 95 + random.nextInt(15));
				sent.add(to + ' ' + body % 1000);
				peer.send(plain ? Map.of("to", to) : Map.of("to", to, "id", i, "ttl", 1 + random.nextInt(110)), body);
			}
			int end = random.nextInt(6);
			int before = random.nextInt(REQUESTS + 1);
			Set<Long> answered = new HashSet<>();
			for (int i = 0; i < REQUESTS; i++) {
				if (i == before) {
					end(end, server, peer);
				}
				Message reply = (i >= before && end < 2) ? null : read(peer, server, sent);
				while (reply != null && reply.header().has("bye")) {
					reply = read(peer, server, sent);
				}
				if (reply == null) {
					assertThat(isUndisturbed(stopsBefore, stops) && (end == 5 || plain && end == 2))
						.as("no reply %d of %s, plain %s, end %d before %d", i, sent, plain, end, before)
						.isFalse();
					break;
				}
				Long number = plain ? Long.valueOf(i) : reply.header().integer("re");
				assertThat(answered.add(number)).as("answered once: %s", reply).isTrue();
				if (!reply.header().has("error")) {
					assertThat(((Number) reply.body().value()).longValue() / 1000).isEqualTo(number);
				}
				replies++;
			}
		}
		return replies;
	}

	/** Whether the server has not stopped meanwhile. */
	private static boolean isUndisturbed(int stopsBefore, AtomicInteger stops) {
		return stopsBefore % 2 == 0 && stopsBefore == stops.get();
	}

	private static @Nullable Message read(RawPeer peer, PetrichorServer server, List<String> sent) {
		try {
			return peer.read();
		}
		catch (UncheckedIOException ex) {
			if (ex.getCause() instanceof SocketTimeoutException) {
				throw new AssertionError("nothing for ten seconds after %s, where the server has %s".formatted(sent,
						server.connections().toList()), ex);
			}
			throw ex;
		}
	}

	private static void end(int how, PetrichorServer server, RawPeer peer) throws Exception {
		switch (how) {
			case 0 -> peer.close();
			case 1 -> {
				peer.socket().setSoLinger(true, 0);
				peer.close();
			}
			case 2 -> peer.endOutput();
			case 3 -> server.connections()
				.filter((connection) -> peer.socket().getLocalSocketAddress().equals(connection.remoteAddress()))
				.map(ConnectionInfo::id)
				.forEach(server::disconnect);
			case 4 -> server.members()
				.all()
				.stream()
				.filter((connection) -> peer.socket().getLocalSocketAddress().equals(connection.remoteAddress()))
				.forEach(PetrichorConnection::close);
			default -> {
			}
		}
	}

	static class Outcomes implements RequestListener {

		private final AtomicInteger accepted = new AtomicInteger();

		private final AtomicInteger ended = new AtomicInteger();

		private final AtomicInteger observed = new AtomicInteger();

		private final AtomicInteger twice = new AtomicInteger();

		@Override
		public @Nullable RequestObservation accepted(Request request) {
			this.accepted.incrementAndGet();
			AtomicBoolean ended = new AtomicBoolean();
			return new RequestObservation() {

				@Override
				public Scope open() {
					return () -> {
					};
				}

				@Override
				public void ended(Outcome outcome, @Nullable Throwable failure) {
					(ended.getAndSet(true) ? Outcomes.this.twice : Outcomes.this.observed).incrementAndGet();
				}

			};
		}

		@Override
		public void ended(String route, Outcome outcome, int requests, long nanos, long longest) {
			this.ended.addAndGet(requests);
		}

	}

	static class Handlers {

		static final List<String> ROUTES = List.of("loop", "blocking", "later", "never");

		@PetrichorHandler(value = "loop", blocking = false)
		int loop(int body) {
			return body;
		}

		@PetrichorHandler("blocking")
		int blocking(int body) throws InterruptedException {
			new CountDownLatch(1).await(body % 1000, TimeUnit.MILLISECONDS);
			return body;
		}

		@PetrichorHandler("later")
		Mono<Integer> later(int body) {
			return Mono.delay(Duration.ofMillis(body % 1000)).thenReturn(body);
		}

		@PetrichorHandler("never")
		Mono<Integer> never(int body) {
			return Mono.never();
		}

	}

}
