package io.petrichor.client;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.petrichor.handler.Dispatcher;
import io.petrichor.handler.HandlerRegistry;
import io.petrichor.handler.PetrichorHandlerExecutor;
import io.petrichor.handler.RequestListener;
import io.petrichor.protocol.Message;
import io.petrichor.testing.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class PushTests {

	@Test
	void whenServerAsksThenHandlersOfTheClientAnswer() {
		HandlerRegistry registry = new HandlerRegistry();
		registry.register("greet", (request) -> "Hello " + request.body().asText());
		CompletableFuture<Message> answer = new CompletableFuture<>();
		CompletableFuture<Message> identity = new CompletableFuture<>();
		try (PetrichorHandlerExecutor executor = PetrichorHandlerExecutor.ofThreads(2, 10);
				ScriptedServer server = ScriptedServer.start((peer) -> {
					identity.complete(ScriptedServer.welcome(peer, Map.of("can", Map.of("re", 8))));
					peer.send(Map.of("to", "greet", "id", 7), "Ann");
					answer.complete(peer.read());
					peer.send(Map.of("re", peer.read().header().integer("id")), "and this is yours");
					peer.read();
				});
				PetrichorClient client = PetrichorClient.builder()
					.address(server.address())
					.dispatcher(new Dispatcher(registry, executor, Duration.ofSeconds(5), RequestListener.NONE))
					.build()) {
			client.connect();
			assertThat(answer.join().header().integer("re")).isEqualTo(7);
			assertThat(answer.join().body().asText()).isEqualTo("Hello Ann");
			assertThat(client.request().retrieve(String.class)).isEqualTo("and this is yours");
			assertThat(identity.join().header().get("can")).asString().contains("push=true");
		}
	}

}
