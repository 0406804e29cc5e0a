package io.petrichor.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.petrichor.client.PetrichorClient.State;
import io.petrichor.handler.Dispatcher;
import io.petrichor.handler.HandlerRegistry;
import io.petrichor.handler.PetrichorHandlerExecutor;
import io.petrichor.handler.RequestListener;
import io.petrichor.testing.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class CloseTests {

	@Test
	void whenClosedWithCallsInFlightThenTheyFailAndCloseReturns() {
		try (ScriptedServer server = silent()) {
			PetrichorClient client = client(server);
			client.connect();
			List<CompletableFuture<String>> calls = new ArrayList<>();
			for (int i = 0; i < 2000; i++) {
				calls.add(client.request().retrieveAsync(String.class));
			}
			long start = System.nanoTime();
			client.close();
			client.close();
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
			assertThat(calls).extracting((call) -> call.handle((reply, failure) -> failure).join())
				.hasOnlyElementsOfType(PetrichorConnectionException.class);
			assertThatExceptionOfType(PetrichorConnectionException.class)
				.isThrownBy(() -> client.request().retrieve(String.class))
				.matches((ex) -> !ex.isMaybeExecuted());
			assertThatExceptionOfType(PetrichorConnectionException.class).isThrownBy(client::connect);
			assertThat(client.connection().state()).isEqualTo(State.CLOSED);
		}
	}

	@Test
	void whenClosedOnItsEventLoopThenItReturnsAndEndsBehind() {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo)) {
			PetrichorClient client = client(server);
			CompletableFuture<Void> closed = client.request().retrieveAsync(String.class).thenAccept((reply) -> {
				assertThat(Thread.currentThread().getName()).contains("petrichor-client");
				client.close();
			});
			closed.join();
			await().until(() -> client.connection().state() == State.CLOSED);
			awaitNoThreads();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenClosedFromItsOwnHandlerThenItReturns(boolean blocking) {
		HandlerRegistry registry = new HandlerRegistry();
		CompletableFuture<Void> returned = new CompletableFuture<>();
		PetrichorClient[] client = new PetrichorClient[1];
		registry.register("close", blocking, (request) -> {
			client[0].close();
			client[0].close();
			returned.complete(null);
			return "closed";
		});
		try (PetrichorHandlerExecutor executor = PetrichorHandlerExecutor.ofThreads(2, 10);
				ScriptedServer server = ScriptedServer.welcoming(Map.of("can", Map.of("re", 8)), (peer) -> {
					peer.read();
					peer.send(Map.of("to", "close", "id", 7), "now");
					while (peer.read() != null) {
						continue;
					}
				})) {
			client[0] = PetrichorClient.builder()
				.address(server.address())
				.dispatcher(new Dispatcher(registry, executor, Duration.ofSeconds(5), RequestListener.NONE))
				.build();
			CompletableFuture<String> call = client[0].request().retrieveAsync(String.class);
			assertThat(returned).succeedsWithin(Duration.ofSeconds(3));
			assertThatExceptionOfType(CompletionException.class).isThrownBy(call::join)
				.withCauseInstanceOf(PetrichorConnectionException.class);
			await().until(() -> client[0].connection().state() == State.CLOSED);
			awaitNoThreads();
		}
	}

	@Test
	void whenClosedWhileConnectingThenItReturns() {
		try (ScriptedServer server = ScriptedServer.start((peer) -> {
			peer.read();
			peer.read();
		})) {
			PetrichorClient client = client(server);
			CompletableFuture<String> call = client.request().retrieveAsync(String.class);
			await().until(() -> server.accepted() == 1);
			client.close();
			assertThatExceptionOfType(CompletionException.class).isThrownBy(call::join)
				.withCauseInstanceOf(PetrichorConnectionException.class);
		}
	}

	@Test
	void whenClosedFromManyThreadsWhileOthersCallThenEveryCallEnds() throws Exception {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo)) {
			PetrichorClient client = client(server);
			List<Thread> threads = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				threads.add(new Thread(() -> {
					try {
						while (true) {
							client.request().body("x").retrieve(String.class);
						}
					}
					catch (PetrichorConnectionException ex) {
						client.close();
					}
				}));
			}
			threads.forEach(Thread::start);
			await().until(() -> client.connection().state() == State.CONNECTED);
			client.close();
			for (Thread thread : threads) {
				thread.join(10_000);
				assertThat(thread.isAlive()).isFalse();
			}
		}
	}

	@Test
	void whenConnectedAfterCloseThenItFailsAtOnce() {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo)) {
			PetrichorClient client = PetrichorClient.builder().address(server.address()).build();
			client.connect();
			client.close();
			for (int i = 0; i < 30; i++) {
				await().pollDelay(Duration.ofMillis(100)).until(() -> true);
				long start = System.nanoTime();
				assertThatExceptionOfType(PetrichorConnectionException.class).isThrownBy(client::connect)
					.withMessageContaining("closed");
				assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
			}
		}
	}

	@Test
	void whenNeverUsedThenCloseReturnsAndNoThreadIsLeft() {
		PetrichorClient client = PetrichorClient.builder().build();
		client.close();
		assertThat(client.connection().state()).isEqualTo(State.CLOSED);
		awaitNoThreads();
	}

	private static void awaitNoThreads() {
		await().atMost(Duration.ofSeconds(10))
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.noneMatch((thread) -> thread.getName().contains("petrichor-client")));
	}

	private static ScriptedServer silent() {
		return ScriptedServer.welcoming(Map.of(), (peer) -> {
			while (peer.read() != null) {
				continue;
			}
		});
	}

	private static PetrichorClient client(ScriptedServer server) {
		return PetrichorClient.builder().address(server.address()).build();
	}

}
