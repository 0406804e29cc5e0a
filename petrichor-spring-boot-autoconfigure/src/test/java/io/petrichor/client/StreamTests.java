package io.petrichor.client;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.BaseSubscriber;

import org.springframework.core.ParameterizedTypeReference;

import io.petrichor.protocol.Message;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class StreamTests {

	private static final Map<String, ?> CAN = Map.of("can", Map.of("re", 32, "more", true));

	@Test
	void whenServerStreamsThenElementsComeInOrder() {
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			Object id = peer.read().header().integer("id");
			for (int i = 0; i < 1000; i++) {
				peer.send(Map.of("re", id, "more", true), i);
			}
			peer.send(Map.of("re", id), null);
			peer.read();
		}); PetrichorClient client = client(server)) {
			List<Integer> elements = client.to("count").retrieveFlux(Integer.class).collectList().block();
			assertThat(elements).hasSize(1000).isSorted().startsWith(0).endsWith(999);
		}
	}

	@Test
	void whenStreamIsEmptyOrOneElementThenSoIsTheFlux() {
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			peer.send(Map.of("re", peer.read().header().integer("id")), null);
			peer.send(Map.of("re", peer.read().header().integer("id")), "only");
			peer.read();
		}); PetrichorClient client = client(server)) {
			assertThat(client.request().retrieveFlux(String.class).collectList().block()).isEmpty();
			assertThat(client.request().retrieveFlux(String.class).collectList().block()).containsExactly("only");
		}
	}

	@Test
	void whenPlainServerAnswersWithListThenItsElementsAreTheStream() {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo);
				PetrichorClient client = client(server)) {
			assertThat(client.request().body(List.of(1, 2, 3)).retrieveFlux(Integer.class).collectList().block())
				.containsExactly(1, 2, 3);
		}
	}

	@Test
	void whenListOfPlainServerHasNothingInAPlaceThenTheOthersAreTheStream() {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo);
				PetrichorClient client = client(server)) {
			assertThat(
					client.request().body(Arrays.asList(1, null, 3)).retrieveFlux(Integer.class).collectList().block())
				.containsExactly(1, 3);
		}
	}

	@Test
	void whenServerIsBusyBehindElementsThenItIsNotAskedAgain() {
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			for (Message request; (request = peer.read()) != null;) {
				Object id = request.header().integer("id");
				peer.send(Map.of("re", id, "more", true), 1);
				peer.send(Map.of("re", id, "error", "busy"), "not now");
			}
		}); PetrichorClient client = client(server)) {
			AtomicInteger elements = new AtomicInteger();
			assertThatExceptionOfType(PetrichorRemoteException.class).isThrownBy(() -> client.request()
				.retrieveFlux(int.class)
				.doOnNext((i) -> elements.incrementAndGet())
				.blockLast());
			assertThat(elements).hasValue(1);
		}
	}

	@Test
	void whenOneReplyIsWantedThenAStreamIsAListAndOtherCallsGoOn() {
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			Object list = peer.read().header().integer("id");
			Object other = peer.read().header().integer("id");
			peer.send(Map.of("re", list, "more", true), 1);
			peer.send(Map.of("re", list, "more", true), 2);
			peer.send(Map.of("re", other), "other");
			peer.send(Map.of("re", list), null);
			peer.send(Map.of("re", peer.read().header().integer("id"), "more", true), 3);
			peer.read();
		}); PetrichorClient client = client(server)) {
			CompletableFuture<List<Integer>> list = client.to("count")
				.retrieveAsync(new ParameterizedTypeReference<>() {
				});
			assertThat(client.request().retrieve(String.class)).isEqualTo("other");
			assertThat(list.join()).containsExactly(1, 2);
			assertThatExceptionOfType(PetrichorTimeoutException.class)
				.isThrownBy(() -> client.to("count").timeout(Duration.ofMillis(200)).retrieve(Object.class));
			assertThat(server.accepted()).isOne();
		}
	}

	@Test
	void whenOneReplyIsWantedThenAStreamThatIsTooLongEndsThisCallOnly() {
		CompletableFuture<Message> cancel = new CompletableFuture<>();
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			Object id = peer.read().header().integer("id");
			for (int i = 0; i < 40; i++) {
				peer.send(Map.of("re", id, "more", true), new byte[100_000]);
			}
			cancel.complete(peer.read());
			peer.send(Map.of("re", id, "error", "cancelled"), "as you like");
			peer.send(Map.of("re", peer.read().header().integer("id")), "next");
			peer.read();
		}); PetrichorClient client = client(server)) {
			assertThatExceptionOfType(PetrichorTooBigException.class)
				.isThrownBy(() -> client.to("count").retrieve(Object.class))
				.withMessageContaining("retrieveFlux");
			assertThat(cancel.join().header().flag("cancel")).isTrue();
			assertThat(client.request().retrieve(String.class)).isEqualTo("next");
			assertThat(server.accepted()).isOne();
		}
	}

	@Test
	void whenStreamEndsWithErrorThenElementsBeforeItWereThere() {
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			Object id = peer.read().header().integer("id");
			peer.send(Map.of("re", id, "more", true), "first");
			peer.send(Map.of("re", id, "error", "app.over"), "no more");
			peer.read();
		}); PetrichorClient client = client(server)) {
			AtomicInteger elements = new AtomicInteger();
			assertThatExceptionOfType(PetrichorRemoteException.class)
				.isThrownBy(() -> client.request()
					.retrieveFlux(String.class)
					.doOnNext((element) -> elements.incrementAndGet())
					.blockLast())
				.matches((ex) -> ex.code().equals("app.over"));
			assertThat(elements).hasValue(1);
		}
	}

	@Test
	void whenConsumerHasEnoughThenServerIsToldAndConnectionGoesOn() {
		CompletableFuture<Message> cancel = new CompletableFuture<>();
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			Object id = peer.read().header().integer("id");
			for (int i = 0; i < 10; i++) {
				peer.send(Map.of("re", id, "more", true), i);
			}
			cancel.complete(peer.read());
			peer.send(Map.of("re", id, "more", true), "late");
			peer.send(Map.of("re", id, "error", "cancelled"), "as you like");
			peer.send(Map.of("re", peer.read().header().integer("id")), "next");
			peer.read();
		}); PetrichorClient client = client(server)) {
			assertThat(client.to("count").retrieveFlux(Integer.class).take(3).collectList().block()).containsExactly(0,
					1, 2);
			assertThat(cancel.join().header().flag("cancel")).isTrue();
			assertThat(client.request().retrieve(String.class)).isEqualTo("next");
			assertThat(server.accepted()).isOne();
		}
	}

	@Test
	void whenConsumerIsSlowThenServerCannotGetFarAheadAndNothingIsLost() {
		AtomicInteger sent = new AtomicInteger();
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> stream(peer, sent, 3000));
				PetrichorClient client = client(server)) {
			AtomicInteger received = new AtomicInteger();
			CompletableFuture<Void> done = new CompletableFuture<>();
			BaseSubscriber<byte[]> consumer = new BaseSubscriber<>() {

				@Override
				protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
					subscription.request(1);
				}

				@Override
				protected void hookOnNext(byte[] element) {
					received.incrementAndGet();
				}

				@Override
				protected void hookOnComplete() {
					done.complete(null);
				}

				@Override
				protected void hookOnError(Throwable failure) {
					done.completeExceptionally(failure);
				}

			};
			client.to("big").retrieveFlux(byte[].class).subscribe(consumer);
			await().until(() -> received.get() == 1);
			await().during(Duration.ofMillis(500)).until(() -> sent.get() < 2000);
			for (int i = 0; i < 30; i++) {
				consumer.request(100);
			}
			done.join();
			assertThat(received).hasValue(3000);
		}
	}

	@Test
	void whenConsumerTakesNothingThenItsStreamIsCutOffAndOthersGoOn() {
		AtomicInteger sent = new AtomicInteger();
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			Object id = peer.read().header().integer("id");
			Thread writer = new Thread(() -> stream(peer, id, sent, 3000));
			writer.start();
			Message cancel = peer.read();
			Message other = cancel.header().has("cancel") ? peer.read() : cancel;
			writer.join();
			peer.send(Map.of("re", other.header().integer("id")), "other");
			peer.read();
		}); PetrichorClient client = client(server)) {
			CompletableFuture<Throwable> failure = new CompletableFuture<>();
			BaseSubscriber<byte[]> consumer = new BaseSubscriber<>() {

				@Override
				protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
				}

				@Override
				protected void hookOnError(Throwable ex) {
					failure.complete(ex);
				}

			};
			client.to("big").retrieveFlux(byte[].class).subscribe(consumer);
			assertThat(client.request().retrieve(String.class)).isEqualTo("other");
			assertThat(failure).isNotDone();
			consumer.request(Long.MAX_VALUE);
			assertThat(failure.join()).isInstanceOf(PetrichorTimeoutException.class).hasMessageContaining("held up");
		}
	}

	private static void stream(RawPeer peer, AtomicInteger sent, int elements) {
		stream(peer, peer.read().header().integer("id"), sent, elements);
		peer.read();
	}

	private static void stream(RawPeer peer, Object id, AtomicInteger sent, int elements) {
		byte[] element = new byte[10_000];
		for (int i = 0; i < elements; i++) {
			peer.send(Map.of("re", id, "more", true), element);
			sent.incrementAndGet();
		}
		peer.send(Map.of("re", id), null);
	}

	private static PetrichorClient client(ScriptedServer server) {
		return PetrichorClient.builder().address(server.address()).build();
	}

}
