package io.petrichor.client;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.core.ParameterizedTypeReference;

import io.petrichor.handler.PetrichorException;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.Message;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.ScriptedServer;
import io.petrichor.testing.TestServer;
import io.petrichor.tnetstring.TNetstring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class CallTests {

	private static final Map<String, ?> CAN = Map.of("can",
			Map.of("re", 32, "more", true, "oneway", true, "ping", true, "bye", true));

	@Test
	void whenServerIsOursThenEveryKindOfCallIsAnswered() {
		TestServer.run(TestServer.with(Handlers.class), (port) -> {
			try (PetrichorClient client = client("127.0.0.1:" + port).build()) {
				assertThat(client.request().body("hello").retrieve(String.class)).isEqualTo("hello");
				assertThat(client.to("double").body(21).retrieve(Integer.class)).isEqualTo(42);
				assertThat(client.to("double").body(21).retrieveAsync(long.class).join()).isEqualTo(42);
				assertThat(client.to("double").body(4).retrieveMono(Long.class).block()).isEqualTo(8);
				assertThat(client.request().body(List.of(1, 2)).retrieve(new ParameterizedTypeReference<List<Long>>() {
				})).containsExactly(1L, 2L);
				PetrichorClient.Reply<String> reply = client.to("tenant").header("tenant", "t1").exchange(String.class);
				assertThat(reply.body()).isEqualTo("t1");
				client.request().body("nobody waits").send().join();
				PetrichorClient.Connection connection = client.connection();
				assertThat(connection.state()).isEqualTo(PetrichorClient.State.CONNECTED);
				assertThat(connection.welcome()).isEqualTo(TNetstring.of("WELCOME"));
				assertThat(connection.header().flag("allowed")).isTrue();
			}
		});
	}

	@Test
	void whenHandlerFailsThenCodeAndBodyAreThere() {
		TestServer.run(TestServer.with(Handlers.class), (port) -> {
			try (PetrichorClient client = client("127.0.0.1:" + port).build()) {
				assertThatExceptionOfType(PetrichorRemoteException.class)
					.isThrownBy(() -> client.to("soldout").retrieve(String.class))
					.satisfies((ex) -> {
						assertThat(ex.code()).isEqualTo("app.sold_out");
						assertThat(ex.body().asText()).isEqualTo("sku 7");
						assertThat(ex.isNotExecuted()).isFalse();
						assertThat(ex.getStackTrace()[0].getClassName()).startsWith("io.petrichor.client");
					});
				assertThatExceptionOfType(PetrichorRemoteException.class)
					.isThrownBy(() -> client.to("nowhere").retrieve(String.class))
					.matches((ex) -> ex.is(ErrorCode.NO_ROUTE));
			}
		});
	}

	@Test
	void whenBodiesAreRecordsThenTheyGoThereAndBack() {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo);
				PetrichorClient client = client(server.address()).build()) {
			Order order = new Order("tea", 3);
			assertThat(client.request().body(order).retrieve(Order.class)).isEqualTo(order);
			assertThat(client.request().body(List.of(order)).retrieve(new ParameterizedTypeReference<List<Order>>() {
			})).containsExactly(order);
		}
	}

	@Test
	void whenReplyCannotBeReadThenEveryKindOfCallSaysSo() {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo);
				PetrichorClient client = client(server.address()).build()) {
			assertThatExceptionOfType(PetrichorUnreadableReplyException.class)
				.isThrownBy(() -> client.request().body("text").retrieve(Order.class))
				.withMessageContaining("Order");
			assertThatExceptionOfType(PetrichorUnreadableReplyException.class)
				.isThrownBy(() -> client.request().body("text").exchange(Integer.class))
				.matches(PetrichorClientException::isMaybeExecuted);
			assertThatExceptionOfType(CompletionException.class)
				.isThrownBy(() -> client.request().body("text").retrieveAsync(int.class).join())
				.withCauseInstanceOf(PetrichorUnreadableReplyException.class);
			assertThatExceptionOfType(PetrichorUnreadableReplyException.class)
				.isThrownBy(() -> client.request().body("text").retrieveMono(int.class).block());
			assertThatExceptionOfType(PetrichorUnreadableReplyException.class)
				.isThrownBy(() -> client.request().body("text").retrieveFlux(int.class).blockLast());
			assertThat(client.request().body("text").retrieve(String.class)).isEqualTo("text");
			assertThat(server.accepted()).isOne();
		}
	}

	@Test
	void whenRequestIsLargerThanTheServerReadsThenItIsNotSent() {
		try (ScriptedServer server = ScriptedServer.welcoming(Map.of("can", Map.of("re", 8, "max", 1000)), (peer) -> {
			for (Message request; (request = peer.read()) != null;) {
				peer.send(Map.of("re", request.header().integer("id")), request.body());
			}
		}); PetrichorClient client = client(server.address()).build()) {
			assertThatExceptionOfType(PetrichorTooBigException.class)
				.isThrownBy(() -> client.request().body(new byte[1000]).retrieve(byte[].class))
				.withMessageContaining("1000")
				.matches((ex) -> !ex.isMaybeExecuted());
			assertThat(client.request().body(new byte[900]).retrieve(byte[].class)).hasSize(900);
			assertThat(server.accepted()).isOne();
		}
	}

	@Test
	void whenServerIsPlainThenTheIdentityIsTheSeedsAndCallsHaveNoMoreThanTheirRoute() {
		List<Message> seen = Collections.synchronizedList(new ArrayList<>());
		try (ScriptedServer server = ScriptedServer.start((peer) -> {
			seen.add(ScriptedServer.welcome(peer, Map.of()));
			for (Message request; (request = peer.read()) != null;) {
				seen.add(request);
				peer.send(Map.of(), request.body());
			}
		}); PetrichorClient client = client(server.address()).user("ann").build()) {
			client.request().body("a").retrieve(String.class);
			client.to("x").body("b").retrieve(String.class);
			assertThat(seen.get(0).header().asMap()).containsEntry("user", "ann").containsKeys("version", "can");
			assertThat(seen.get(0).header().text("ident")).matches("[0-9a-f]{32}");
			assertThat(seen.get(1).header().isEmpty()).isTrue();
			assertThat(seen.get(2).header().asMap()).isEqualTo(Map.of("to", "x"));
		}
	}

	@Test
	void whenCallOfPlainServerTimesOutThenItsLateReplyIsNobodyElses() {
		CountDownLatch late = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.plain((peer) -> {
			TNetstring first = peer.read().body();
			late.await();
			peer.send(Map.of(), first);
			ScriptedServer.echo(peer);
		}); PetrichorClient client = client(server.address()).build()) {
			assertThatExceptionOfType(PetrichorTimeoutException.class)
				.isThrownBy(() -> client.request().body("first").timeout(Duration.ofMillis(200)).retrieve(String.class))
				.matches(PetrichorTimeoutException::isMaybeExecuted);
			CompletableFuture<String> second = client.request().body("second").retrieveAsync(String.class);
			late.countDown();
			assertThat(second.join()).isEqualTo("second");
			assertThat(server.accepted()).isOne();
		}
	}

	@Test
	void whenServerAnswersByNumberThenOrderDoesNotMatter() {
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			Message first = peer.read();
			Message second = peer.read();
			peer.send(Map.of("re", second.header().integer("id")), second.body());
			peer.send(Map.of("re", first.header().integer("id")), first.body());
			peer.read();
		}); PetrichorClient client = client(server.address()).build()) {
			CompletableFuture<String> first = client.to("a").body("first").retrieveAsync(String.class);
			CompletableFuture<String> second = client.to("b").body("second").retrieveAsync(String.class);
			assertThat(second.join()).isEqualTo("second");
			assertThat(first.join()).isEqualTo("first");
		}
	}

	@Test
	void whenServerTakesFewAtOnceThenTheOthersWaitInOrder() {
		List<String> seen = Collections.synchronizedList(new ArrayList<>());
		try (ScriptedServer server = ScriptedServer.welcoming(Map.of("can", Map.of("re", 2)), (peer) -> {
			Message first = peer.read();
			Message second = peer.read();
			peer.socket().setSoTimeout(100);
			assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(peer::read);
			peer.socket().setSoTimeout(10_000);
			for (Message request : List.of(first, second)) {
				seen.add(request.body().asText());
				peer.send(Map.of("re", request.header().integer("id")), request.body());
			}
			for (Message request; (request = peer.read()) != null;) {
				seen.add(request.body().asText());
				peer.send(Map.of("re", request.header().integer("id")), request.body());
			}
		}); PetrichorClient client = client(server.address()).build()) {
			List<CompletableFuture<String>> calls = new ArrayList<>();
			for (int i = 0; i < 100; i++) {
				calls.add(client.request().body("" + i).retrieveAsync(String.class));
			}
			for (int i = 0; i < 100; i++) {
				assertThat(calls.get(i).join()).isEqualTo("" + i);
				assertThat(seen.get(i)).isEqualTo("" + i);
			}
		}
	}

	@Test
	void whenOneReplyIsLostThenOneCallFails() {
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			peer.read();
			for (Message request; (request = peer.read()) != null;) {
				if (!request.header().has("cancel")) {
					peer.send(Map.of("re", request.header().integer("id")), request.body());
				}
			}
		}); PetrichorClient client = client(server.address()).build()) {
			CompletableFuture<String> lost = client.request()
				.body("lost")
				.timeout(Duration.ofMillis(300))
				.retrieveAsync(String.class);
			assertThat(client.request().body("other").retrieve(String.class)).isEqualTo("other");
			assertThatExceptionOfType(CompletionException.class).isThrownBy(lost::join)
				.withCauseInstanceOf(PetrichorTimeoutException.class);
			assertThat(client.request().body("next").retrieve(String.class)).isEqualTo("next");
			assertThat(server.accepted()).isOne();
		}
	}

	@Test
	void whenCallIsCancelledThenServerIsTold() {
		CompletableFuture<Message> cancel = new CompletableFuture<>();
		CountDownLatch arrived = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			Message request = peer.read();
			arrived.countDown();
			cancel.complete(peer.read());
			peer.send(Map.of("re", request.header().integer("id"), "error", "cancelled"), "as you like");
			peer.send(Map.of("re", peer.read().header().integer("id")), "fine");
			peer.read();
		}); PetrichorClient client = client(server.address()).build()) {
			CompletableFuture<String> call = client.request().retrieveAsync(String.class);
			await().until(() -> arrived.getCount() == 0);
			call.cancel(true);
			assertThatExceptionOfType(CancellationException.class).isThrownBy(call::join);
			assertThat(cancel.join().header().flag("cancel")).isTrue();
			assertThat(client.request().retrieve(String.class)).isEqualTo("fine");
		}
	}

	@Test
	void whenCallerIsInterruptedThenCallEndsAndThreadStaysInterrupted() throws Exception {
		CountDownLatch arrived = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.plain((peer) -> {
			peer.read();
			arrived.countDown();
			peer.read();
		}); PetrichorClient client = client(server.address()).build()) {
			AtomicReference<Throwable> thrown = new AtomicReference<>();
			AtomicReference<Boolean> interrupted = new AtomicReference<>();
			Thread caller = new Thread(() -> {
				try {
					client.request().retrieve(String.class);
				}
				catch (Throwable ex) {
					thrown.set(ex);
					interrupted.set(Thread.currentThread().isInterrupted());
				}
			});
			caller.start();
			arrived.await();
			caller.interrupt();
			caller.join(5000);
			assertThat(thrown.get()).isInstanceOf(CancellationException.class);
			assertThat(interrupted.get()).isTrue();
		}
	}

	@Test
	void whenConnectionIsLostThenSentCallsMayHaveBeenExecuted() {
		try (ScriptedServer server = ScriptedServer.plain(RawPeer::read);
				PetrichorClient client = client(server.address()).build()) {
			assertThatExceptionOfType(PetrichorConnectionException.class)
				.isThrownBy(() -> client.request().retrieve(String.class))
				.matches(PetrichorConnectionException::isMaybeExecuted);
		}
	}

	@Test
	void whenNobodyListensThenCallFailsWithinConnectTimeoutAndWasNotExecuted() throws Exception {
		ScriptedServer gone = ScriptedServer.plain(ScriptedServer::echo);
		gone.close();
		try (PetrichorClient client = client(gone.address()).connectTimeout(Duration.ofMillis(300)).build()) {
			long start = System.nanoTime();
			assertThatExceptionOfType(PetrichorConnectionException.class)
				.isThrownBy(() -> client.request().retrieve(String.class))
				.withMessageContaining(gone.address())
				.matches((ex) -> !ex.isMaybeExecuted());
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(290),
					Duration.ofSeconds(3));
		}
	}

	@Test
	void whenServerNeverAnswersThenEachCallEndsWithinItsTimeout() {
		try (ScriptedServer server = ScriptedServer.plain((peer) -> {
			while (peer.read() != null) {
				continue;
			}
		}); PetrichorClient client = client(server.address()).requestTimeout(Duration.ofMillis(300)).build()) {
			long start = System.nanoTime();
			assertThatExceptionOfType(PetrichorTimeoutException.class)
				.isThrownBy(() -> client.request().retrieve(String.class));
			assertThatExceptionOfType(PetrichorTimeoutException.class)
				.isThrownBy(() -> client.request().retrieveMono(String.class).block());
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(600),
					Duration.ofSeconds(3));
		}
	}

	@Test
	void whenCallBlocksOnAnEventLoopThenItIsRefused() {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo);
				PetrichorClient client = client(server.address()).build()) {
			Mono<String> wrong = client.request()
				.body("x")
				.retrieveMono(String.class)
				.map((body) -> client.request().body(body).retrieve(String.class));
			assertThatIllegalStateException().isThrownBy(wrong::block).withMessageContaining("event loop");
			Mono<String> right = client.request()
				.body("x")
				.retrieveMono(String.class)
				.flatMap((body) -> client.request().body(body + "y").retrieveMono(String.class));
			assertThat(right.block()).isEqualTo("xy");
		}
	}

	@Test
	void whenHeaderKeyIsTheProtocolsThenItIsRefused() {
		try (PetrichorClient client = client("127.0.0.1:1").build()) {
			assertThatIllegalArgumentException().isThrownBy(() -> client.to("a").header("id", 1));
			assertThatIllegalArgumentException().isThrownBy(() -> client.to(""));
			assertThatIllegalArgumentException().isThrownBy(() -> client.to("a").timeout(Duration.ZERO));
		}
	}

	@Test
	void whenPlainServerGetsOnewayThenItsReplyIsDropped() {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo);
				PetrichorClient client = client(server.address()).build()) {
			client.request().body("dropped").send().join();
			assertThat(client.request().body("kept").retrieve(String.class)).isEqualTo("kept");
		}
	}

	@Test
	void whenServerKnowsOnewayThenThereIsNoNumber() {
		CompletableFuture<Message> seen = new CompletableFuture<>();
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			seen.complete(peer.read());
			peer.read();
		}); PetrichorClient client = client(server.address()).build()) {
			client.to("log").body("x").send().join();
			assertThat(seen.join().header().asMap()).isEqualTo(Map.of("to", "log", "oneway", true));
		}
	}

	@Test
	void whenServerKnowsNoOnewayThenTheRequestIsNotCancelledBehindItsBack() {
		List<Message> seen = Collections.synchronizedList(new ArrayList<>());
		try (ScriptedServer server = ScriptedServer.welcoming(Map.of("can", Map.of("re", 4, "more", true)), (peer) -> {
			for (Message request; (request = peer.read()) != null;) {
				seen.add(request);
				if ("answer".equals(request.body().value())) {
					peer.send(Map.of("re", request.header().integer("id")), request.body());
				}
			}
		}); PetrichorClient client = client(server.address()).build()) {
			client.request().body("work").send().join();
			assertThatExceptionOfType(PetrichorTimeoutException.class)
				.isThrownBy(() -> client.request().body("late").timeout(Duration.ofMillis(100)).retrieve(String.class));
			assertThat(client.request().body("answer").retrieve(String.class)).isEqualTo("answer");
			assertThat(seen).filteredOn((request) -> request.header().flag("cancel"))
				.extracting((request) -> request.header().integer("id"))
				.containsExactly(2L);
		}
	}

	@Test
	void whenTooManyCallsWaitThenTheNextFailsAtOnce() {
		try (ScriptedServer server = ScriptedServer.plain((peer) -> {
			peer.read();
			peer.read();
		}); PetrichorClient client = client(server.address()).maxInFlight(1).maxWaiting(2).build()) {
			client.connect();
			List<CompletableFuture<String>> calls = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				calls.add(client.request().body("" + i).timeout(Duration.ofMinutes(1)).retrieveAsync(String.class));
			}
			assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> calls.get(3).join())
				.withMessageContaining("2 calls wait")
				.withCauseInstanceOf(PetrichorConnectionException.class);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenMoreWaitsThanTheSocketTakesAtOnceThenAllOfItIsSent(boolean plain) {
		ScriptedServer.Script script = plain ? ScriptedServer::echo : (peer) -> {
			for (Message request; (request = peer.read()) != null;) {
				peer.send(Map.of("re", request.header().integer("id")), request.body());
			}
		};
		try (ScriptedServer server = ScriptedServer.welcoming(plain ? Map.of() : CAN, script);
				PetrichorClient client = client(server.address()).build()) {
			List<CompletableFuture<byte[]>> calls = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				calls.add(client.request().body(new byte[10_000 + i]).retrieveAsync(byte[].class));
			}
			for (int i = 0; i < 20; i++) {
				assertThat(calls.get(i).join()).hasSize(10_000 + i);
			}
			assertThat(server.accepted()).isOne();
		}
	}

	@Test
	void whenTheNumberMakesTheRequestTooLargeThenItIsNotSent() {
		Map<String, ?> can = Map.of("can", Map.of("re", 8, "oneway", true, "max", 1000));
		CompletableFuture<Message> identity = new CompletableFuture<>();
		List<Integer> sizes = new ArrayList<>();
		try (ScriptedServer server = ScriptedServer.start((peer) -> {
			identity.complete(ScriptedServer.welcome(peer, can));
			for (Message request; (request = peer.read()) != null;) {
				sizes.add(request.header().encoded().size() + request.body().size());
				if (!request.header().flag("oneway")) {
					peer.send(Map.of("re", request.header().integer("id")), request.body());
				}
			}
		}); PetrichorClient client = client(server.address()).build()) {
			for (int i = 980; i < 1000; i++) {
				String body = "x".repeat(i);
				try {
					client.request().body(body).send().join();
				}
				catch (CompletionException ex) {
					assertThat(ex).hasCauseInstanceOf(PetrichorTooBigException.class);
				}
				try {
					client.request().body(body).retrieve(String.class);
				}
				catch (PetrichorTooBigException ex) {
					assertThat(ex.isMaybeExecuted()).isFalse();
				}
			}
			client.request().body("last").retrieve(String.class);
			assertThat(sizes).allMatch((size) -> size <= 1000).contains(1000);
			assertThat(identity.join().header().get("can")).asString().contains("max=" + 1024 * 1024);
		}
	}

	@Test
	void whenSentCallIsCancelledBeforeItLeavesThenItNeverDoes() {
		List<Object> seen = Collections.synchronizedList(new ArrayList<>());
		CompletableFuture<Void> open = new CompletableFuture<>();
		try (ScriptedServer server = ScriptedServer.start((peer) -> {
			open.join();
			ScriptedServer.welcome(peer, CAN);
			for (Message request; (request = peer.read()) != null;) {
				seen.add(request.body().value());
				if (request.header().has("id")) {
					peer.send(Map.of("re", request.header().integer("id")), request.body());
				}
			}
		}); PetrichorClient client = client(server.address()).build()) {
			CompletableFuture<Void> first = client.request().body("withdrawn").send();
			CompletableFuture<String> second = client.request().body("sent").retrieveAsync(String.class);
			assertThat(first.cancel(true)).isTrue();
			open.complete(null);
			assertThat(second.join()).isEqualTo("sent");
			assertThat(seen).containsExactly("sent");
		}
	}

	@Test
	void whenOneCallMayTakeDecadesThenTheServerIsNotSilentForThat() {
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			Object first = peer.read().header().integer("id");
			peer.read();
			peer.read();
			peer.send(Map.of("re", first), "at last");
			peer.read();
		}); PetrichorClient client = client(server.address()).build()) {
			CompletableFuture<String> call = client.request()
				.timeout(Duration.ofSeconds(Integer.MAX_VALUE))
				.retrieveAsync(String.class);
			assertThatExceptionOfType(PetrichorTimeoutException.class)
				.isThrownBy(() -> client.request().timeout(Duration.ofMillis(100)).retrieve(String.class));
			assertThat(call.join()).isEqualTo("at last");
		}
	}

	static PetrichorClient.Builder client(String address) {
		return PetrichorClient.builder().address(address);
	}

	record Order(String sku, int count) {
	}

	static class Handlers {

		@PetrichorHandler
		TNetstring echo(TNetstring body) {
			return body;
		}

		@PetrichorHandler("double")
		long twice(long number) {
			return 2 * number;
		}

		@PetrichorHandler("tenant")
		String tenant(io.petrichor.protocol.Header header) {
			return header.text("tenant");
		}

		@PetrichorHandler("soldout")
		String soldOut() {
			throw new PetrichorException("app.sold_out", "sku 7");
		}

	}

}
