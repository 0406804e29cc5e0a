package io.petrichor.health;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ApplicationAvailabilityBean;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationListener;

import io.petrichor.autoconfigure.PetrichorServerHealthAutoConfiguration;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.server.PetrichorServer;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

class PetrichorServerHealthTests {

	@Test
	void whenServerListensThenItIsUpAndSaysHowItStands() {
		with(Echo.class).withPropertyValues("petrichor.server.max-connections=7").run((context) -> {
			int port = TestServer.port(context);
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.socket().isConnected()).isTrue();
				Health health = context.getBean(PetrichorServerHealthIndicator.class).health();
				assertThat(health.getStatus()).isEqualTo(Status.UP);
				assertThat(health.getDetails()).containsEntry("port", port)
					.containsEntry("connections", 1)
					.containsEntry("limit", 7);
				assertThat((Instant) health.getDetails().get("since")).isBeforeOrEqualTo(Instant.now());
			}
		});
	}

	@Test
	void whenServerWasStoppedThenItIsOutOfService() {
		with(Echo.class).run((context) -> {
			context.getBean(PetrichorServer.class).stop();
			assertThat(context.getBean(PetrichorServerHealthIndicator.class).health().getStatus())
				.isEqualTo(Status.OUT_OF_SERVICE);
		});
	}

	@Test
	void whenThereIsNoHandlerThenHealthIsUnknown() {
		with().run((context) -> assertThat(context.getBean(PetrichorServerHealthIndicator.class).health().getStatus())
			.isEqualTo(Status.UNKNOWN));
	}

	@Test
	void whenServerStopsThenReadinessIsDownWhileItStillListens() {
		List<Boolean> accepted = new ArrayList<>();
		with(Echo.class).withBean(ApplicationAvailabilityBean.class).run((context) -> {
			int port = TestServer.port(context);
			context.getSourceApplicationContext()
				.addApplicationListener((ApplicationListener<AvailabilityChangeEvent<?>>) (event) -> {
					try (RawPeer peer = RawPeer.welcomed(port)) {
						accepted
							.add(event.getState() == ReadinessState.REFUSING_TRAFFIC && peer.socket().isConnected());
					}
				});
			context.getBean(PetrichorServer.class).stop();
			assertThat(accepted).containsExactly(true);
			assertThat(context.getBean(ApplicationAvailability.class).getReadinessState())
				.isEqualTo(ReadinessState.REFUSING_TRAFFIC);
		});
	}

	@Test
	void whenServerStartsAgainThenTrafficIsAcceptedAgain() {
		with(Echo.class).withBean(ApplicationAvailabilityBean.class).run((context) -> {
			ApplicationAvailability availability = context.getBean(ApplicationAvailability.class);
			PetrichorServer server = context.getBean(PetrichorServer.class);
			for (int i = 0; i < 2; i++) {
				server.stop();
				assertThat(availability.getReadinessState()).isEqualTo(ReadinessState.REFUSING_TRAFFIC);
				server.start();
				assertThat(availability.getReadinessState()).isEqualTo(ReadinessState.ACCEPTING_TRAFFIC);
			}
			context.getSourceApplicationContext().stop();
			context.getSourceApplicationContext().start();
			assertThat(availability.getReadinessState()).isEqualTo(ReadinessState.ACCEPTING_TRAFFIC);
		});
	}

	@Test
	void whenServerStartsForTheFirstTimeThenItSaysNothingOfReadiness() {
		List<AvailabilityChangeEvent<?>> changes = new ArrayList<>();
		with(Echo.class)
			.withInitializer((context) -> context
				.addApplicationListener((ApplicationListener<AvailabilityChangeEvent<?>>) changes::add))
			.run((context) -> assertThat(changes).isEmpty());
	}

	@Test
	void whenHealthIsOffOrNotThereThenThereIsNoIndicator() {
		with(Echo.class).withPropertyValues("management.health.petrichor.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(PetrichorServerHealthIndicator.class));
		with(Echo.class).withClassLoader(new FilteredClassLoader(HealthIndicator.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PetrichorServerHealthIndicator.class));
	}

	private static ApplicationContextRunner with(Class<?>... handlers) {
		return TestServer.with(handlers)
			.withConfiguration(AutoConfigurations.of(PetrichorServerHealthAutoConfiguration.class));
	}

	static class Echo {

		@PetrichorHandler
		String echo(String body) {
			return body;
		}

	}

}
