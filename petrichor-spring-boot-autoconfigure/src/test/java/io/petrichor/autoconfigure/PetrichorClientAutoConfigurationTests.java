package io.petrichor.autoconfigure;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import reactor.netty.tcp.TcpClient;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.annotation.Order;

import io.petrichor.client.IdentityCustomizer;
import io.petrichor.client.PetrichorClient;
import io.petrichor.client.PetrichorClient.State;
import io.petrichor.client.PetrichorClientCustomizer;
import io.petrichor.client.PetrichorClientStateEvent;
import io.petrichor.client.PetrichorTimeoutException;
import io.petrichor.handler.RequestListener;
import io.petrichor.testing.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class PetrichorClientAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PetrichorClientAutoConfiguration.class));

	@Test
	void whenNothingIsConfiguredThenThereIsOneClientThatHasNotConnected() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(PetrichorClient.class);
			assertThat(context.getBean(PetrichorClient.class).connection().state()).isEqualTo(State.IDLE);
			assertThat(context.getBean(PetrichorClient.class)).asString().contains("127.0.0.1:7387");
		});
	}

	@Test
	void whenDisabledOrWithoutReactorNettyThenThereIsNone() {
		this.runner.withPropertyValues("petrichor.client.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(PetrichorClient.class));
		this.runner.withClassLoader(new FilteredClassLoader(TcpClient.class))
			.run((context) -> assertThat(context).doesNotHaveBean(PetrichorClient.class));
	}

	@Test
	void whenApplicationHasItsOwnClientThenThereIsNoOther() {
		this.runner.withBean("mine", PetrichorClient.class, () -> PetrichorClient.builder().build())
			.run((context) -> assertThat(context.getBeanNamesForType(PetrichorClient.class)).containsExactly("mine"));
	}

	@Test
	void whenApplicationHasItsOwnClientThenNamedOnesDoNotStandForIt() {
		this.runner.withBean("mine", PetrichorClient.class, () -> PetrichorClient.builder().build())
			.withUserConfiguration(Named.class)
			.withPropertyValues("petrichor.clients.orders.address=one:1", "petrichor.clients.stock.address=two:2")
			.run((context) -> {
				assertThat(context).hasNotFailed().doesNotHaveBean("petrichorClient");
				Named named = context.getBean(Named.class);
				assertThat(named.primary).isSameAs(context.getBean("mine"));
				assertThat(named.orders).isSameAs(context.getBean("ordersPetrichorClient"));
				assertThat(named.stock).isSameAs(context.getBean("stockPetrichorClient"));
				assertThat(context.getBean(PetrichorClient.class)).isSameAs(named.primary);
				assertThat(named.all).hasSize(3);
			});
	}

	@Test
	void whenThereAreOnlyNamedClientsThenThereIsTheDefaultOneToo() {
		this.runner.withPropertyValues("petrichor.clients.stock.address=two:2")
			.run((context) -> assertThat(context.getBeanNamesForType(PetrichorClient.class))
				.containsExactlyInAnyOrder("petrichorClient", "stockPetrichorClient"));
	}

	@Test
	void whenRequestListenerTakesTheClientLazilyThenTheyAreNoCycle() {
		this.runner.withUserConfiguration(Reporting.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(Reporting.class).client.name()).isEqualTo("petrichor");
		});
	}

	@Test
	void whenServerIsConfiguredThenClientCallsItAsTheApplication() {
		try (ScriptedServer server = ScriptedServer.start((peer) -> {
			String user = peer.read().header().text("user");
			peer.send("0:}0:,");
			peer.read();
			peer.send(java.util.Map.of(), user);
			peer.read();
		})) {
			this.runner
				.withPropertyValues("petrichor.client.address=" + server.address(), "spring.application.name=shop")
				.run((context) -> assertThat(context.getBean(PetrichorClient.class).request().retrieve(String.class))
					.isEqualTo("shop"));
		}
	}

	@Test
	void whenTimeoutIsConfiguredThenItCounts() {
		try (ScriptedServer server = ScriptedServer.plain((peer) -> {
			peer.read();
			peer.read();
		})) {
			this.runner
				.withPropertyValues("petrichor.client.address=" + server.address(),
						"petrichor.client.request-timeout=200ms")
				.run((context) -> assertThatExceptionOfType(PetrichorTimeoutException.class)
					.isThrownBy(() -> context.getBean(PetrichorClient.class).request().retrieve(String.class)));
		}
	}

	@Test
	void whenClientsHaveNamesThenTheyAreInjectedByThem() {
		try (ScriptedServer one = ScriptedServer.plain(ScriptedServer::echo);
				ScriptedServer two = ScriptedServer.plain(ScriptedServer::echo)) {
			this.runner
				.withPropertyValues("petrichor.clients.orders.address=" + one.address(),
						"petrichor.clients.stock.address=" + two.address())
				.withUserConfiguration(Named.class)
				.run((context) -> {
					Named named = context.getBean(Named.class);
					assertThat(named.orders.request().body("o").retrieve(String.class)).isEqualTo("o");
					assertThat(one.accepted()).isOne();
					assertThat(named.stock.request().body("s").retrieve(String.class)).isEqualTo("s");
					assertThat(two.accepted()).isOne();
					assertThat(named.primary).isNotIn(named.orders, named.stock);
				});
		}
	}

	@Test
	void whenThereAreCustomizersThenTheyAreAppliedInOrderAfterTheProperties() {
		this.runner.withUserConfiguration(Customizers.class)
			.withPropertyValues("petrichor.client.address=first:1")
			.run((context) -> assertThat(context.getBean(PetrichorClient.class)).asString().contains("third:3"));
	}

	@Test
	void whenThereAreConnectionDetailsThenTheyAreUsed() {
		this.runner.withBean(PetrichorConnectionDetails.class, () -> () -> List.of("container:99"))
			.withPropertyValues("petrichor.client.address=first:1")
			.run((context) -> assertThat(context.getBean(PetrichorClient.class)).asString().contains("container:99"));
	}

	@Test
	void whenBuilderIsInjectedThenEachIsAnother() {
		this.runner.run((context) -> assertThat(context.getBean(PetrichorClient.Builder.class))
			.isNotSameAs(context.getBean(PetrichorClient.Builder.class)));
	}

	@Test
	void whenEagerAndServerIsThereThenClientIsConnectedAtTheStart() {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo)) {
			this.runner
				.withPropertyValues("petrichor.client.address=" + server.address(), "petrichor.client.eager=true",
						"petrichor.clients.other.address=" + server.address(), "petrichor.clients.other.eager=true")
				.run((context) -> {
					assertThat(context.getBean(PetrichorClient.class).connection().state()).isEqualTo(State.CONNECTED);
					assertThat(server.accepted()).isEqualTo(2);
				});
		}
	}

	@Test
	void whenEagerAndServerIsGoneThenStartFailsAndNamesTheProperty() {
		ScriptedServer gone = ScriptedServer.plain(ScriptedServer::echo);
		gone.close();
		this.runner.withPropertyValues("petrichor.client.address=" + gone.address(), "petrichor.client.eager=true")
			.run((context) -> {
				Throwable failure = context.getStartupFailure();
				while (failure != null && !(failure instanceof FailureAnalyzedException)) {
					failure = failure.getCause();
				}
				assertThat(failure).isNotNull();
				assertThat(((FailureAnalyzedException) failure).analysis().getAction())
					.contains("petrichor.client.address", "petrichor.client.eager");
			});
	}

	@Test
	void whenContextEndsThenClientIsClosedAndItsThreadsEnd() {
		PetrichorClient[] client = new PetrichorClient[1];
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo)) {
			this.runner.withPropertyValues("petrichor.client.address=" + server.address()).run((context) -> {
				client[0] = context.getBean(PetrichorClient.class);
				client[0].connect();
			});
		}
		assertThat(client[0].connection().state()).isEqualTo(State.CLOSED);
	}

	@Test
	void whenStateChangesThenItIsAnApplicationEvent() {
		List<State> states = new java.util.concurrent.CopyOnWriteArrayList<>();
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo)) {
			this.runner.withPropertyValues("petrichor.client.address=" + server.address())
				.withInitializer((context) -> context.addApplicationListener((event) -> {
					if (event instanceof org.springframework.context.PayloadApplicationEvent<?> payload
							&& payload.getPayload() instanceof PetrichorClientStateEvent change) {
						states.add(change.state());
					}
				}))
				.run((context) -> {
					context.getBean(PetrichorClient.class).connect();
					org.awaitility.Awaitility.await()
						.untilAsserted(() -> assertThat(states).containsExactly(State.CONNECTING, State.CONNECTED));
				});
		}
	}

	@Test
	void whenNothingIsSetThenDefaultsAreTheDecidedOnes() {
		PetrichorClientProperties properties = new PetrichorClientProperties();
		assertThat(properties.getConnectTimeout()).isEqualTo(Duration.ofSeconds(5));
		assertThat(properties.getHandshakeTimeout()).isEqualTo(Duration.ofSeconds(20));
		assertThat(properties.getRequestTimeout()).isEqualTo(Duration.ofSeconds(30));
		assertThat(properties.getReconnect().getFirst()).isEqualTo(Duration.ofMillis(500));
		assertThat(properties.getReconnect().getMax()).isEqualTo(Duration.ofSeconds(30));
		assertThat(properties.getReconnect().isEnabled()).isTrue();
		assertThat(properties.isEager()).isFalse();
	}

	@Configuration(proxyBeanMethods = false)
	static class Named {

		@Autowired
		@Qualifier("orders")
		private PetrichorClient orders;

		@Autowired
		@Qualifier("stock")
		private PetrichorClient stock;

		@Autowired
		private PetrichorClient primary;

		@Autowired
		private List<PetrichorClient> all;

	}

	@Configuration(proxyBeanMethods = false)
	static class Reporting implements RequestListener {

		private final PetrichorClient client;

		Reporting(@Lazy PetrichorClient client) {
			this.client = client;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Customizers {

		@Bean
		@Order(2)
		PetrichorClientCustomizer last() {
			return (builder) -> builder.address("third:3");
		}

		@Bean
		@Order(1)
		PetrichorClientCustomizer first() {
			return (builder) -> builder.address("second:2");
		}

		@Bean
		IdentityCustomizer token() {
			return (identity) -> identity.put("token", "secret");
		}

	}

}
