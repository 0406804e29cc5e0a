package io.petrichor.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.PropertyNamingStrategies;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import io.petrichor.autoconfigure.PetrichorClientAutoConfiguration;
import io.petrichor.autoconfigure.PetrichorServerAutoConfiguration;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.Message;
import io.petrichor.server.PetrichorServer;
import io.petrichor.server.auth.Handshake;
import io.petrichor.testing.ScriptedServer;
import io.petrichor.tnetstring.jackson.TNetstringMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What properties and beans make of a client.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class ConfiguredClientTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(PetrichorServerAutoConfiguration.class, PetrichorClientAutoConfiguration.class))
		.withPropertyValues("petrichor.server.enabled=false");

	@Test
	void whenStartFailsThenClientsOfItEndInSilence(CapturedOutput output) {
		this.runner.withUserConfiguration(FailingApplication.class).run((context) -> assertThat(context).hasFailed());
		await().during(Duration.ofMillis(300)).untilAsserted(() -> assertThat(output).doesNotContain("ERROR"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "petrichor.client.", "petrichor.clients.other." })
	void whenPropertiesAreSetThenEachReachesTheClient(String prefix) {
		settings(prefix, (settings) -> {
			assertThat(settings.addresses()).containsExactly(new Address("a", 1), new Address("b", 7387));
			assertThat(settings.roundRobin()).isTrue();
			assertThat(settings.identity()).containsEntry("user", "ann").containsEntry("token", "secret");
			assertThat(settings.connectTimeout()).isEqualTo(Duration.ofSeconds(1));
			assertThat(settings.handshakeTimeout()).isEqualTo(Duration.ofSeconds(2));
			assertThat(settings.requestTimeout()).isEqualTo(Duration.ofSeconds(3));
			assertThat(settings.maxInFlight()).isEqualTo(4);
			assertThat(settings.maxWaiting()).isEqualTo(5);
			assertThat(settings.reconnect()).isEqualTo(new Backoff(Duration.ofMillis(6), Duration.ofSeconds(7)));
			assertThat(settings.limits().maxHeaderSize()).isEqualTo(1024);
			assertThat(settings.limits().maxBodySize()).isEqualTo(2 * 1024 * 1024);
			assertThat(settings.limits().values().maxDepth()).isEqualTo(9);
			assertThat(settings.limits().values().maxElements()).isEqualTo(10);
			assertThat(settings.limits().values().maxDigits()).isEqualTo(11);
			assertThat(settings.messageTimeout()).isEqualTo(Duration.ofSeconds(12));
		}, "address=a:1,b", "round-robin=true", "user=ann", "identity.token=secret", "connect-timeout=1",
				"handshake-timeout=2", "request-timeout=3", "max-in-flight=4", "max-waiting=5", "reconnect.first=6",
				"reconnect.max=7", "message.max-header-size=1KB", "message.max-body-size=2MB", "message.max-depth=9",
				"message.max-elements=10", "message.max-number-length=11", "message.timeout=12");
	}

	@ParameterizedTest
	@ValueSource(strings = { "petrichor.client.", "petrichor.clients.other." })
	void whenDurationsHaveUnitsThenTheyCount(String prefix) {
		settings(prefix, (settings) -> {
			assertThat(settings.connectTimeout()).isEqualTo(Duration.ofMillis(100));
			assertThat(settings.reconnect()).isEqualTo(new Backoff(Duration.ofSeconds(2), Duration.ofMinutes(3)));
		}, "connect-timeout=100ms", "reconnect.first=2s", "reconnect.max=3m");
	}

	@ParameterizedTest
	@ValueSource(strings = { "petrichor.client.", "petrichor.clients.other." })
	void whenReconnectIsOffThenThereIsNone(String prefix) {
		settings(prefix, (settings) -> assertThat(settings.reconnect()).isNull(), "reconnect.enabled=false");
	}

	@Test
	void whenApplicationHasAMapperThenTheClientUsesIt() {
		CompletableFuture<Message> seen = new CompletableFuture<>();
		try (ScriptedServer server = ScriptedServer.plain((peer) -> {
			Message request = peer.read();
			seen.complete(request);
			peer.send(Map.of(), request.body());
		})) {
			this.runner.withUserConfiguration(SnakeCase.class)
				.withPropertyValues("petrichor.client.address=" + server.address())
				.run((context) -> {
					Order order = new Order("tea", 3);
					assertThat(context.getBean(PetrichorClient.class).request().body(order).retrieve(Order.class))
						.isEqualTo(order);
					assertThat(seen.join().body().asMap()).containsOnlyKeys("sku", "item_count");
				});
		}
	}

	@Test
	void whenServerIsOffThenHandlersStillAnswerWhatIsPushed() {
		CompletableFuture<Message> identity = new CompletableFuture<>();
		CompletableFuture<Message> answer = new CompletableFuture<>();
		CompletableFuture<Message> handshake = new CompletableFuture<>();
		try (ScriptedServer server = ScriptedServer.start((peer) -> {
			identity.complete(ScriptedServer.welcome(peer, Map.of("can", Map.of("re", 8))));
			peer.send(Map.of("to", "greet", "id", 7), "Ann");
			answer.complete(peer.read());
			peer.send(Map.of("to", "handshake", "id", 8), "");
			handshake.complete(peer.read());
			peer.read();
		})) {
			this.runner.withBean(Greeting.class)
				.withPropertyValues("petrichor.client.address=" + server.address())
				.run((context) -> {
					assertThat(context).doesNotHaveBean(PetrichorServer.class);
					context.getBean(PetrichorClient.class).connect();
					assertThat(identity.join().header().get("can")).asString().contains("push=true");
					assertThat(answer.join().header().integer("re")).isEqualTo(7);
					assertThat(answer.join().body().asText()).isEqualTo("Hello Ann");
					assertThat(handshake.join().body().value()).isEqualTo(false);
				});
		}
	}

	@Test
	void whenThereAreNoHandlersThenTheServerIsNotToldToPush() {
		CompletableFuture<Message> identity = new CompletableFuture<>();
		try (ScriptedServer server = ScriptedServer.start((peer) -> {
			identity.complete(ScriptedServer.welcome(peer, Map.of("can", Map.of("re", 8))));
			peer.read();
		})) {
			this.runner.withPropertyValues("petrichor.client.address=" + server.address()).run((context) -> {
				context.getBean(PetrichorClient.class).connect();
				assertThat(identity.join().header().get("can")).asString().doesNotContain("push");
			});
		}
	}

	private void settings(String prefix, Consumer<ClientSettings> check, String... properties) {
		String bean = prefix.contains("other") ? "otherPetrichorClient" : "petrichorClient";
		this.runner.withPropertyValues(List.of(properties).stream().map(prefix::concat).toArray(String[]::new))
			.run((context) -> check
				.accept(((DefaultPetrichorClient) context.getBean(bean, PetrichorClient.class)).settings()));
	}

	record Order(String sku, int itemCount) {
	}

	@Configuration(proxyBeanMethods = false)
	static class SnakeCase {

		@Bean
		TNetstringMapper mapper() {
			return TNetstringMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
		}

	}

	static class Greeting {

		@PetrichorHandler("greet")
		String greet(String name) {
			return "Hello " + name;
		}

		/** Which nobody has who is connected to. */
		@PetrichorHandler("handshake")
		boolean hasHandshake(@Nullable Handshake handshake) {
			return handshake != null;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FailingApplication {

		@Bean
		Object caller(PetrichorClient client) {
			client.request().send();
			throw new IllegalStateException("does not start");
		}

		@Bean
		Listener listener() {
			return new Listener();
		}

	}

	static class Listener {

		@EventListener
		void changed(PetrichorClientStateEvent event) {
		}

	}

}
