package io.petrichor.client;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.netty.resources.LoopResources;

import io.petrichor.protocol.Message;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Consumers of streams that take their time, for which the connection is not read.
 */
@Timeout(60)
class SlowConsumerTests {

	private static final Map<String, ?> CAN = Map.of("can", Map.of("re", 32, "more", true, "bye", true));

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenServerClosesBehindTheStreamThenNothingOfItIsLost(boolean nativeTransport) throws Exception {
		LoopResources loops = LoopResources.create("slow-consumer", 1, true);
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			stream(peer, 3000);
			peer.send(Map.of("bye", true), "bye");
		}); PetrichorClient client = client(server).tcpClient((tcp) -> tcp.runOn(loops, nativeTransport)).build()) {
			Consumer consumer = new Consumer();
			client.to("count").retrieveFlux(Integer.class).subscribe(consumer);
			await().until(() -> consumer.received.get() == 1);
			await().pollDelay(Duration.ofMillis(300)).until(() -> true);
			while (!consumer.end.isDone()) {
				consumer.request(100);
				Thread.onSpinWait();
			}
			consumer.end.get();
			assertThat(consumer.received).hasValue(3000);
		}
		finally {
			loops.disposeLater(Duration.ZERO, Duration.ofSeconds(1)).block();
		}
	}

	@Test
	void whenConsumerTakesSlowlyButSteadilyThenItIsNotCutOff() throws Exception {
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			stream(peer, 500);
			peer.read();
		}); PetrichorClient client = client(server).build()) {
			Consumer consumer = new Consumer();
			client.to("count").retrieveFlux(Integer.class).subscribe(consumer);
			await().until(() -> consumer.received.get() == 1);
			await().during(Duration.ofSeconds(7)).atMost(Duration.ofSeconds(20)).until(() -> {
				consumer.request(1);
				return !consumer.end.isDone();
			});
			consumer.request(Long.MAX_VALUE);
			consumer.end.get();
			assertThat(consumer.received).hasValue(500);
		}
	}

	@Test
	void whenConsumerIsSlowerThanTheTimeoutThenNeitherStreamNorServerIsBlamed() throws Exception {
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			stream(peer, 1000);
			peer.send(Map.of("re", peer.read().header().integer("id")), "other");
			peer.read();
		}); PetrichorClient client = client(server).requestTimeout(Duration.ofMillis(500)).build()) {
			Consumer consumer = new Consumer();
			client.to("count").retrieveFlux(Integer.class).subscribe(consumer);
			await().until(() -> consumer.received.get() == 1);
			await().during(Duration.ofSeconds(2)).until(() -> !consumer.end.isDone());
			consumer.request(300);
			await().until(() -> consumer.received.get() == 301);
			await().during(Duration.ofSeconds(2)).until(() -> !consumer.end.isDone());
			consumer.request(Long.MAX_VALUE);
			consumer.end.get();
			assertThat(consumer.received).hasValue(1000);
			assertThat(client.request().retrieve(String.class)).isEqualTo("other");
			assertThat(server.accepted()).isOne();
		}
	}

	@Test
	void whenConsumerIsSlowerThanAPairMayTakeThenThePairIsWaitedFor() throws Exception {
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			Object id = peer.read().header().integer("id");
			for (int i = 0; i < 300; i++) {
				peer.send(Map.of("re", id, "more", true), i);
			}
			byte[] last = RawPeer.bytes(List.of(Map.of("re", id)));
			peer.send(Arrays.copyOf(last, 5));
			peer.read();
			peer.send(Arrays.copyOfRange(last, 5, last.length));
			peer.read();
		}); PetrichorClient client = client(server).messageTimeout(Duration.ofSeconds(1)).build()) {
			Consumer consumer = new Consumer();
			client.to("count").retrieveFlux(Object.class).map(Object::hashCode).subscribe(consumer);
			await().until(() -> consumer.received.get() == 1);
			await().during(Duration.ofSeconds(2)).until(() -> !consumer.end.isDone());
			consumer.request(Long.MAX_VALUE);
			await().during(Duration.ofMillis(300)).until(() -> !consumer.end.isDone());
			client.request().send();
			consumer.end.get();
		}
	}

	@Test
	void whenConsumerGoesAwayThenOthersGoOnAtOnce() throws Exception {
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			stream(peer, 1000);
			Message next = peer.read();
			peer.send(Map.of("re", (next.header().flag("cancel") ? peer.read() : next).header().integer("id")),
					"other");
			peer.read();
		}); PetrichorClient client = client(server).build()) {
			Consumer consumer = new Consumer();
			client.to("count").retrieveFlux(Integer.class).subscribe(consumer);
			await().until(() -> consumer.received.get() == 1);
			CompletableFuture<String> other = client.request().retrieveAsync(String.class);
			await().during(Duration.ofMillis(300)).until(() -> !other.isDone());
			consumer.cancel();
			assertThat(other.get(2, TimeUnit.SECONDS)).isEqualTo("other");
		}
	}

	private static void stream(RawPeer peer, int elements) {
		Object id = peer.read().header().integer("id");
		for (int i = 0; i < elements; i++) {
			peer.send(Map.of("re", id, "more", true), i);
		}
		peer.send(Map.of("re", id), null);
	}

	private static PetrichorClient.Builder client(ScriptedServer server) {
		return PetrichorClient.builder().address(server.address());
	}

	/** Takes one element, and then what it is told to. */
	private static final class Consumer extends BaseSubscriber<Integer> {

		private final AtomicInteger received = new AtomicInteger();

		private final CompletableFuture<Void> end = new CompletableFuture<>();

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			subscription.request(1);
		}

		@Override
		protected void hookOnNext(Integer element) {
			this.received.incrementAndGet();
		}

		@Override
		protected void hookOnComplete() {
			this.end.complete(null);
		}

		@Override
		protected void hookOnError(Throwable failure) {
			this.end.completeExceptionally(failure);
		}

	}

}
