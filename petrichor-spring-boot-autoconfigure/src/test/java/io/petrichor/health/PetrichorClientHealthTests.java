package io.petrichor.health;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.application.AvailabilityHealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.petrichor.autoconfigure.PetrichorClientAutoConfiguration;
import io.petrichor.autoconfigure.PetrichorClientHealthAutoConfiguration;
import io.petrichor.client.PetrichorClient;
import io.petrichor.client.PetrichorClient.State;
import io.petrichor.client.PetrichorClientException;
import io.petrichor.testing.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;

@Timeout(60)
class PetrichorClientHealthTests {

	@Test
	void whenClientIsTheMockOfATestThenNothingIsKnownOfIt() {
		assertThat(new PetrichorClientHealthIndicator(mock(PetrichorClient.class)).health().getStatus())
			.isEqualTo(Status.UNKNOWN);
	}

	@Test
	void whenClientIsConnectedThenItIsUpAndOutOfServiceOnceClosed() {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo)) {
			runner(server.address()).run((context) -> {
				PetrichorClient client = context.getBean(PetrichorClient.class);
				HealthIndicator health = (HealthIndicator) context.getBean(HealthContributor.class);
				assertThat(health.health().getStatus()).isEqualTo(Status.UNKNOWN);
				client.connect();
				assertThat(health.health().getStatus()).isEqualTo(Status.UP);
				assertThat(health.health().getDetails()).containsEntry("client", "petrichor")
					.containsEntry("state", State.CONNECTED)
					.containsEntry("address", "127.0.0.1/" + server.address())
					.doesNotContainKey("error");
				client.close();
				await().until(() -> health.health().getStatus().equals(Status.OUT_OF_SERVICE));
			});
		}
	}

	@Test
	void whenClientCannotConnectThenItIsDownAndSaysWhyInOneLine() {
		try (ScriptedServer server = ScriptedServer.start((peer) -> {
			peer.read();
			peer.send(Map.of("allowed", false, "error", "denied"), "no\nUP");
		})) {
			runner(server.address()).run((context) -> {
				assertThatExceptionOfType(PetrichorClientException.class)
					.isThrownBy(context.getBean(PetrichorClient.class)::connect);
				Health health = ((HealthIndicator) context.getBean(HealthContributor.class)).health();
				assertThat(health.getStatus()).isEqualTo(Status.DOWN);
				assertThat(health.getDetails()).containsEntry("state", State.DENIED)
					.containsEntry("error", "denied: no\\u000aUP");
			});
		}
	}

	@Test
	void whenServerIsLostThenClientIsDownUntilItIsBack() {
		ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo);
		runner(server.address()).withPropertyValues("petrichor.client.reconnect.first=10ms").run((context) -> {
			PetrichorClient client = context.getBean(PetrichorClient.class);
			HealthIndicator health = (HealthIndicator) context.getBean(HealthContributor.class);
			client.connect();
			int port = server.port();
			server.close();
			await().until(() -> health.health().getStatus().equals(Status.DOWN));
			assertThat(health.health().getDetails()).containsKey("error");
			try (ScriptedServer back = ScriptedServer.startOn(port, (peer) -> {
				ScriptedServer.welcome(peer, Map.of());
				ScriptedServer.echo(peer);
			})) {
				await().until(() -> back.accepted() > 0 && health.health().getStatus().equals(Status.UP));
			}
		});
	}

	@Test
	void whenThereAreSeveralClientsThenEachHasItsHealth() {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo)) {
			runner("127.0.0.1:1").withPropertyValues("petrichor.clients.stock.address=" + server.address())
				.run((context) -> {
					context.getBean("stockPetrichorClient", PetrichorClient.class).connect();
					CompositeHealthContributor health = (CompositeHealthContributor) context
						.getBean(HealthContributor.class);
					assertThat(((HealthIndicator) health.getContributor("stockPetrichorClient")).health().getStatus())
						.isEqualTo(Status.UP);
					assertThat(((HealthIndicator) health.getContributor("petrichorClient")).health().getStatus())
						.isEqualTo(Status.UNKNOWN);
				});
		}
	}

	@Test
	void whenReadinessIncludesTheClientThenItIsDownWithIt() {
		ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo);
		runner(server.address())
			.withConfiguration(AutoConfigurations.of(ApplicationAvailabilityAutoConfiguration.class,
					AvailabilityHealthContributorAutoConfiguration.class,
					HealthContributorRegistryAutoConfiguration.class, HealthEndpointAutoConfiguration.class))
			.withPropertyValues("petrichor.client.reconnect.first=10ms",
					"management.health.readinessstate.enabled=true",
					"management.endpoint.health.group.readiness.include=readinessState,petrichorClient")
			.run((context) -> {
				AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
				HealthEndpoint endpoint = context.getBean(HealthEndpoint.class);
				context.getBean(PetrichorClient.class).connect();
				assertThat(endpoint.healthForPath("readiness").getStatus()).isEqualTo(Status.UP);
				server.close();
				await().until(() -> endpoint.healthForPath("readiness").getStatus().equals(Status.DOWN));
				assertThat(endpoint.healthForPath("readiness", "readinessState").getStatus()).isEqualTo(Status.UP);
				assertThat(endpoint.healthForPath("readiness", "petrichorClient").getStatus()).isEqualTo(Status.DOWN);
			});
	}

	@Test
	void whenHealthIsOffOrNotThereThenThereIsNoIndicator() {
		runner("127.0.0.1:1").withPropertyValues("management.health.petrichor.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(HealthContributor.class));
		runner("127.0.0.1:1").withClassLoader(new FilteredClassLoader(HealthIndicator.class))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(PetrichorClient.class));
	}

	private static ApplicationContextRunner runner(String address) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PetrichorClientAutoConfiguration.class,
					PetrichorClientHealthAutoConfiguration.class))
			.withPropertyValues("petrichor.client.address=" + address);
	}

}
