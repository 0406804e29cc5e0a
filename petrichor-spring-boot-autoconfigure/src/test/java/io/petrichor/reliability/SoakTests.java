package io.petrichor.reliability;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.petrichor.protocol.Message;
import io.petrichor.testing.RawPeer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Mixed load for a long time: nothing in the server's process grows.
 */
@Tag("reliability")
class SoakTests {

	/** Such as 60s, 30m or 24h. */
	private static final Duration SOAK = Duration.parse("PT" + System.getProperty("reliability.soak", "60s"));

	private static final int PEERS = 8;

	private static final int PARTS = 5;

	private static final Map<String, ?> CAN = Map.of("can",
			Map.of("re", 32, "more", true, "push", true, "oneway", true, "bye", true));

	@Test
	void whenLoadGoesOnThenNothingGrows() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(PEERS);
		try (ServerProcess server = ServerProcess.start(List.of("-Xmx256m"), "dispatch.timeout=2s")) {
			AtomicLong answered = new AtomicLong();
			AtomicLong timedOut = new AtomicLong();
			AtomicLong connected = new AtomicLong();
			AtomicLong pushed = new AtomicLong();
			long begun = System.nanoTime();
			long end = begun + SOAK.toNanos();
			List<Future<?>> peers = new ArrayList<>();
			for (int i = 0; i < PEERS; i++) {
				Random random = new Random(i);
				peers.add(threads.submit(() -> {
					while (System.nanoTime() < end) {
						visit(server.port(), random, answered, timedOut, pushed);
						connected.incrementAndGet();
					}
				}));
			}
			ServerProcess.Stats first = statsAt(server, begun + SOAK.toNanos() / 3);
			ServerProcess.Stats last = statsAt(server, end - SOAK.toNanos() / 30);
			for (Future<?> peer : peers) {
				peer.get(60, TimeUnit.SECONDS);
			}
			await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
				ServerProcess.Stats stats = server.stats();
				// Those of the question itself.
				assertThat(stats.of("connections")).as("connections").isEqualTo(1);
				assertThat(stats.of("accepted") - stats.of("ended")).as("in flight").isEqualTo(1);
			});
			System.out.printf(
					"measured: soak of %s: %d requests answered, %d timed out on purpose, %d pushes, %d connections; after a third and at the end: heap %d -> %d KB, direct %d -> %d KB, threads %d -> %d, files %d -> %d, in flight %d -> %d%n",
					SOAK, answered.get(), timedOut.get(), pushed.get(), connected.get(), first.of("heap") / 1024,
					last.of("heap") / 1024, first.of("direct") / 1024, last.of("direct") / 1024, first.of("threads"),
					last.of("threads"), first.of("files"), last.of("files"), first.of("accepted") - first.of("ended"),
					last.of("accepted") - last.of("ended"));
			assertThat(timedOut).hasPositiveValue();
			assertThat(pushed).hasPositiveValue();
			assertThat(last.of("heap")).as("heap").isLessThan(first.of("heap") + (5 << 20));
			assertThat(last.of("direct")).as("direct memory").isLessThan(first.of("direct") + (16 << 20));
			assertThat(last.of("threads")).as("threads").isLessThan(first.of("threads") + PEERS);
			assertThat(last.of("files")).as("files").isLessThanOrEqualTo(first.of("files") + PEERS);
			assertThat(last.of("accepted") - last.of("ended")).as("in flight").isLessThanOrEqualTo(PEERS * 2 + 1);
		}
		finally {
			threads.shutdownNow();
		}
	}

	/** While the load goes on. */
	private static ServerProcess.Stats statsAt(ServerProcess server, long time) {
		await().pollInterval(Duration.ofMillis(100)).forever().until(() -> System.nanoTime() - time > 0);
		return server.stats();
	}

	/** A connection with some of everything, every reply checked. */
	private static void visit(int port, Random random, AtomicLong answered, AtomicLong timedOut, AtomicLong pushed) {
		boolean plain = random.nextInt(4) == 0;
		try (RawPeer peer = plain ? RawPeer.welcomed(port) : RawPeer.welcomed(port, CAN)) {
			for (int i = 0; i < 200; i++) {
				String body = Integer.toString(random.nextInt());
				Message reply = peer.request(plain ? Map.of("to", "checked") : Map.of("to", "checked", "id", i), body);
				assertThat(reply.body().asText()).isEqualTo(LoadTests.checked(body));
				answered.incrementAndGet();
			}
			if (plain) {
				return;
			}
			peer.send(Map.of("to", "stream", "id", 1000), 2000);
			for (int i = 0; i < PARTS; i++) {
				assertThat(peer.read().header().flag("more")).isTrue();
			}
			peer.send(Map.of("id", 1000, "cancel", true), "");
			Message last;
			do {
				last = peer.read();
			}
			while (last.header().flag("more"));
			assertThat(last.header().text("error")).isEqualTo("cancelled");
			assertThat(peer.request(Map.of("to", "push.back", "id", 1001), "").header().flag("oneway")).isTrue();
			assertThat(peer.read().header().integer("re")).isEqualTo(1001);
			pushed.incrementAndGet();
			answered.addAndGet(2);
			if (random.nextInt(10) == 0) {
				assertThat(peer.request(Map.of("to", "never", "id", 1002, "ttl", 20), "").header().text("error"))
					.isEqualTo("timeout");
				timedOut.incrementAndGet();
			}
			if (random.nextInt(10) == 0) {
				// Leave in the middle of it.
				peer.send(Map.of("to", "never", "id", 1003), "");
			}
		}
	}

}
