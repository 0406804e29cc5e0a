package io.petrichor.reliability;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.petrichor.client.PetrichorClient;
import io.petrichor.client.PetrichorClientException;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.server.PetrichorServer;
import io.petrichor.testing.ChaosProxy;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A bad network between our client and our server: each call ends with its own reply or
 * with an error, and none is executed twice.
 */
class ChaosTests {

	private static final long FAULTS = Long.getLong("reliability.faults", 10_000);

	/** Each waits some of the time for what has vanished. */
	private static final int MANY_CLIENTS = 48;

	private static final long SEED = Long.getLong("reliability.seed", System.nanoTime());

	@Test
	void whenNetworkIsBadThenEachCallEndsOnce() {
		chaos(200, LoadTests.DRIVERS);
	}

	@Test
	@Tag("reliability")
	void whenNetworkIsBadForLongThenEachCallEndsOnce() {
		chaos(FAULTS, MANY_CLIENTS);
	}

	private static void chaos(long faults, int clients) {
		TestServer.with(Once.class)
			.withPropertyValues("petrichor.server.message.timeout=4s", "petrichor.server.handshake.timeout=2s",
					"petrichor.server.idle-timeout=4s", "petrichor.server.outbound.write-timeout=2s")
			.run((context) -> {
				PetrichorServer server = context.getBean(PetrichorServer.class);
				Once handler = context.getBean(Once.class);
				AtomicLong calls = new AtomicLong();
				AtomicLong replies = new AtomicLong();
				AtomicLong errors = new AtomicLong();
				Set<String> wrong = ConcurrentHashMap.newKeySet();
				try (ChaosProxy proxy = new ChaosProxy(server.port(), 50, SEED)) {
					LoadTests.drive(clients, (driver) -> {
						try (PetrichorClient client = PetrichorClient.builder()
							.address("127.0.0.1:" + proxy.port())
							.requestTimeout(Duration.ofSeconds(1))
							.connectTimeout(Duration.ofSeconds(1))
							.handshakeTimeout(Duration.ofSeconds(1))
							.reconnect(Duration.ofMillis(1), Duration.ofMillis(10))
							.build()) {
							while (proxy.count() < faults) {
								call(client, calls, replies, errors, wrong);
							}
							proxy.calm();
							await().ignoreExceptions()
								.atMost(Duration.ofSeconds(20))
								.until(() -> client.request().body("alive").retrieve(String.class).equals("alive"));
						}
					});
					assertThat(wrong).isEmpty();
					assertThat(handler.twice).as("executed twice").isEmpty();
					assertThat(replies.get() + errors.get()).isEqualTo(calls.get());
					System.out.printf(
							"measured: chaos: %d faults %s; %d calls, %d replies, %d errors, 0 wrong, 0 twice, seed %d%n",
							proxy.count(), proxy.faults(), calls.get(), replies.get(), errors.get(), SEED);
				}
				await().atMost(Duration.ofSeconds(20))
					.untilAsserted(() -> assertThat(server.connectionCount()).isZero());
				assertThat(server.buffered()).isZero();
			});
	}

	private static void call(PetrichorClient client, AtomicLong calls, AtomicLong replies, AtomicLong errors,
			Set<String> wrong) {
		List<java.util.concurrent.CompletableFuture<String>> window = new ArrayList<>();
		List<String> bodies = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			bodies.add("call " + calls.incrementAndGet());
			window.add(client.request().body(bodies.get(i)).retrieveAsync(String.class));
		}
		for (int i = 0; i < 8; i++) {
			try {
				String reply = window.get(i).join();
				replies.incrementAndGet();
				if (!reply.equals(bodies.get(i))) {
					wrong.add(bodies.get(i) + " was answered " + reply);
				}
			}
			catch (CompletionException ex) {
				errors.incrementAndGet();
				if (!(ex.getCause() instanceof PetrichorClientException)) {
					wrong.add(String.valueOf(ex.getCause()));
				}
			}
		}
	}

	static class Once {

		private final Set<String> seen = ConcurrentHashMap.newKeySet();

		private final Set<String> twice = ConcurrentHashMap.newKeySet();

		@PetrichorHandler
		String once(String body) {
			if (!body.equals("alive") && !this.seen.add(body)) {
				this.twice.add(body);
			}
			return body;
		}

	}

}
