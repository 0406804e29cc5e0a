package io.petrichor.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.petrichor.handler.Dispatcher;
import io.petrichor.handler.HandlerRegistry;
import io.petrichor.handler.PetrichorHandlerExecutor;
import io.petrichor.handler.RequestListener;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class HostileServerTests {

	private static final Map<String, ?> CAN = Map.of("can", Map.of("re", 32, "more", true, "bye", true));

	@ParameterizedTest
	@ValueSource(strings = { "999999999:", "9:", "x", "0:~0:,", "0:}2000000:", "2:{}}0:,", "0:}5:hello#" })
	void whenServerSendsWhatIsNoPairThenCallsFailAndConnectionIsGivenUp(String bytes) {
		try (ScriptedServer server = ScriptedServer.plain((peer) -> {
			peer.read();
			peer.send(bytes);
			if (bytes.equals("9:")) {
				return;
			}
			assertThat(peer.read()).isNull();
		}); PetrichorClient client = client(server).build()) {
			assertThatExceptionOfType(PetrichorProtocolException.class)
				.isThrownBy(() -> client.request().retrieve(String.class))
				.matches(PetrichorProtocolException::isMaybeExecuted);
			await().until(() -> server.accepted() >= 2);
		}
	}

	@Test
	void whenPlainServerSendsReplyThatNobodyAskedForThenConnectionIsGivenUp() {
		try (ScriptedServer server = ScriptedServer.plain((peer) -> {
			peer.send("0:}5:hello,");
			peer.read();
		}); PetrichorClient client = client(server).build()) {
			client.connect();
			await().until(() -> server.accepted() >= 2);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "8:2:re,1:7#}0:,", "0:}0:,", "20:2:re,1:1#4:more,4:true!}0:,", "9:2:re,2:-1#}0:,",
			"16:2:to,1:x,2:id,1:1#}0:,", "22:5:error,11:bad_request,}3:why," })
	void whenServerAnswersWhatWasNotAskedThenConnectionIsGivenUp(String bytes) {
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			peer.read();
			peer.send(bytes);
			assertThat(peer.read()).isNull();
		}); PetrichorClient client = client(server).build()) {
			assertThatExceptionOfType(PetrichorProtocolException.class)
				.isThrownBy(() -> client.request().retrieve(String.class));
		}
	}

	@Test
	void whenReplyComesTwiceThenConnectionIsGivenUp() {
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			Object id = peer.read().header().integer("id");
			peer.send(Map.of("re", id), "once");
			peer.send(Map.of("re", id), "twice");
			peer.read();
		}); PetrichorClient client = client(server).build()) {
			assertThat(client.request().retrieve(String.class)).isEqualTo("once");
			await().until(() -> server.accepted() >= 2);
		}
	}

	@Test
	void whenServerLeavesCallsUnansweredForEverThenNothingGrowsAndConnectionIsGivenUp() {
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			while (peer.read() != null) {
				peer.send(Map.of("ping", true, "id", 1), null);
			}
		}); PetrichorClient client = client(server).requestTimeout(Duration.ofMillis(50)).build()) {
			List<CompletableFuture<String>> calls = new ArrayList<>();
			for (int i = 0; i < 1200; i++) {
				calls.add(client.request().timeout(Duration.ofMillis(50 + 60 * (i / 32))).retrieveAsync(String.class));
			}
			for (CompletableFuture<String> call : calls) {
				assertThatExceptionOfType(CompletionException.class).isThrownBy(call::join)
					.withCauseInstanceOf(PetrichorClientException.class);
			}
		}
	}

	@Test
	void whenServerIsSilentForTwiceTheTimeoutThenTheNextCallGetsAnotherConnection() {
		try (ScriptedServer server = ScriptedServer.plain((peer) -> {
			while (peer.read() != null) {
				continue;
			}
		}); PetrichorClient client = client(server).requestTimeout(Duration.ofMillis(100)).build()) {
			assertThatExceptionOfType(PetrichorTimeoutException.class)
				.isThrownBy(() -> client.request().retrieve(String.class));
			await().until(() -> server.accepted() >= 2);
		}
	}

	@Test
	void whenPairNeverEndsThenConnectionIsGivenUp() {
		try (ScriptedServer server = ScriptedServer.plain((peer) -> {
			peer.read();
			peer.send("0:}9:abc");
			peer.read();
		}); PetrichorClient client = client(server).messageTimeout(Duration.ofMillis(200)).build()) {
			assertThatExceptionOfType(PetrichorProtocolException.class)
				.isThrownBy(() -> client.request().retrieve(String.class))
				.withMessageContaining("200 ms");
		}
	}

	@Test
	void whenServerDoesNotAnswerTheHandshakeThenItIsNoDenial() {
		try (ScriptedServer server = ScriptedServer.start((peer) -> {
			peer.read();
			peer.read();
		}); PetrichorClient client = client(server).handshakeTimeout(Duration.ofMillis(200)).build()) {
			assertThatExceptionOfType(PetrichorConnectionException.class).isThrownBy(client::connect)
				.withMessageContaining("200 ms");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "5:false!", "1:0#", "0:,", "0:~", "0:]", "0:}" })
	void whenAllowedIsWhatPythonTakesForFalseThenClientIsDenied(String value) {
		try (ScriptedServer server = ScriptedServer.start((peer) -> {
			peer.read();
			peer.send((10 + value.length()) + ":7:allowed," + value + "}7:not you,");
			peer.read();
		}); PetrichorClient client = client(server).build()) {
			assertThatExceptionOfType(PetrichorDeniedException.class)
				.isThrownBy(() -> client.request().retrieve(String.class))
				.satisfies((ex) -> {
					assertThat(ex.reason()).isEqualTo("not you");
					assertThat(ex.retry()).isNull();
				});
			assertThat(client.connection().state()).isEqualTo(PetrichorClient.State.DENIED);
			assertThatExceptionOfType(PetrichorDeniedException.class)
				.isThrownBy(() -> client.request().retrieve(String.class));
			assertThat(server.accepted()).isOne();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "0:}2:hi,", "16:7:allowed,3:yes,}2:hi,", "14:7:allowed,1:1#}2:hi," })
	void whenAllowedIsMissingOrTrueThenClientIsIn(String answer) {
		try (ScriptedServer server = ScriptedServer.start((peer) -> {
			peer.read();
			peer.send(answer);
			ScriptedServer.echo(peer);
		}); PetrichorClient client = client(server).build()) {
			assertThat(client.request().body("in").retrieve(String.class)).isEqualTo("in");
		}
	}

	@Test
	void whenServerFloodsThenNothingIsKept() {
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, HostileServerTests::flood);
				PetrichorClient client = client(server).build()) {
			assertThatExceptionOfType(PetrichorClientException.class)
				.isThrownBy(() -> client.request().timeout(Duration.ofSeconds(5)).retrieve(String.class));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "23:4:ping,4:true!2:id,1:1#}0:~", "21:2:to,4:none,2:id,1:1#}0:~" })
	void whenServerAsksAndDoesNotReadTheAnswersThenConnectionIsGivenUp(String request) {
		List<Throwable> failures = new CopyOnWriteArrayList<>();
		HandlerRegistry registry = new HandlerRegistry();
		registry.register("greet", (call) -> "Hello");
		try (PetrichorHandlerExecutor executor = PetrichorHandlerExecutor.ofThreads(1, 10);
				ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
					String requests = request.repeat(1000);
					while (true) {
						peer.send(requests);
					}
				});
				PetrichorClient client = client(server)
					.dispatcher(new Dispatcher(registry, executor, Duration.ofSeconds(5), RequestListener.NONE))
					.listener((event) -> Optional.ofNullable(event.cause()).ifPresent(failures::add))
					.build()) {
			client.connect();
			await().untilAsserted(() -> assertThat(failures).isNotEmpty());
			assertThat(failures.get(0)).hasMessageContaining("does not read");
		}
	}

	private static void flood(RawPeer peer) {
		Object id = peer.read().header().integer("id");
		String body = "x".repeat(100_000);
		for (int i = 0; i < 1000; i++) {
			peer.send(Map.of("re", id, "more", true), body);
		}
	}

	private static PetrichorClient.Builder client(ScriptedServer server) {
		return PetrichorClient.builder().address(server.address());
	}

}
