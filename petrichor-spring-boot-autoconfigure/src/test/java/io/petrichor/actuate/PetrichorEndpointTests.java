package io.petrichor.actuate;

import java.util.List;
import java.util.Map;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.annotation.AnnotationUtils;

import io.petrichor.autoconfigure.PetrichorEndpointAutoConfiguration;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.handler.RouteInfo;
import io.petrichor.server.ConnectionInfo;
import io.petrichor.server.PetrichorServer;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

class PetrichorEndpointTests {

	@Test
	void whenReadThenServerItsHandlersLimitsAndConnectionsAreThere() {
		exposed().run((context) -> {
			int port = TestServer.port(context);
			try (RawPeer peer = RawPeer.welcomed(port)) {
				peer.request(Map.of("to", "orders.create"), Map.of("sku", "secret"));
				PetrichorEndpoint.Server server = endpoint(context).server(null, null);
				assertThat(server.listening()).isTrue();
				assertThat(server.port()).isEqualTo(port);
				assertThat(server.limits().maxInFlight()).isEqualTo(32);
				assertThat(server.handlers()).extracting(RouteInfo::route).containsExactly("orders.create");
				assertThat(server.handlers().get(0).handler()).contains("create(java.util.Map<");
				assertThat(server.handlers().get(0).blocking()).isTrue();
				ConnectionInfo connection = server.connections().get(0);
				assertThat(connection.user()).isEqualTo("zed");
				assertThat(connection.inFlight()).isZero();
				assertThat(connection.bytesRead()).isPositive();
				assertThat(connection.bytesWritten()).isPositive();
				assertThat(connection.allowed()).isTrue();
			}
		});
	}

	@Test
	void whenThereAreManyConnectionsThenTheyComeInPagesOldestFirst() {
		exposed().run((context) -> {
			int port = TestServer.port(context);
			try (RawPeer first = RawPeer.welcomed(port);
					RawPeer second = RawPeer.welcomed(port);
					RawPeer third = RawPeer.welcomed(port)) {
				assertThat(List.of(first, second, third)).hasSize(3);
				PetrichorEndpoint.Server page = endpoint(context).server(1, 2);
				assertThat(page.connectionCount()).isEqualTo(3);
				assertThat(page.connections()).extracting((connection) -> connection.remoteAddress().toString())
					.containsExactly(third.socket().getLocalSocketAddress().toString());
				assertThat(endpoint(context).server(9, 2).connections()).isEmpty();
				assertThat(endpoint(context).server(-1, -1).connections()).hasSize(1);
			}
		});
	}

	@Test
	void whenTappedThenLastMessagesAreShownWithoutTheirValues() {
		exposed().run((context) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				String id = endpoint(context).server(null, null).connections().get(0).id();
				assertThat(endpoint(context).tap(id, 3).messages()).isEmpty();
				for (int i = 0; i < 2; i++) {
					peer.request(Map.of("to", "orders.create"), Map.of("sku", "secret"));
				}
				List<Tap.Line> messages = endpoint(context).connection(id).messages();
				assertThat(messages).extracting(Tap.Line::direction).containsExactly("out", "in", "out");
				assertThat(messages.get(1).header()).isEqualTo("{\"to\": text of 13}");
				assertThat(messages.get(1).body()).isEqualTo("{\"sku\": text of 6}");
				assertThat(messages.toString()).doesNotContain("secret");
				assertThat(endpoint(context).tap(id, 0).messages()).isEmpty();
			}
		});
	}

	@Test
	void whenValuesAreAllowedThenTapShowsThem() {
		exposed().withPropertyValues("management.endpoint.petrichor.show-values=true").run((context) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				String id = endpoint(context).server(null, null).connections().get(0).id();
				endpoint(context).tap(id, 2);
				peer.request(Map.of("to", "orders.create"), Map.of("sku", "a\nb"));
				assertThat(endpoint(context).connection(id).messages().get(0).body())
					.isEqualTo("{\"sku\": \"a\\x0ab\"}");
			}
		});
	}

	@Test
	void whenDisconnectedThenPeerReadsTheEnd() {
		exposed().run((context) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				String id = endpoint(context).server(null, null).connections().get(0).id();
				assertThat(endpoint(context).disconnect(id)).containsEntry("disconnected", true);
				assertThat(peer.read()).isNull();
				Awaitility.await().until(() -> endpoint(context).connection(id) == null);
				assertThat(endpoint(context).disconnect(id)).isNull();
				assertThat(endpoint(context).tap(id, 5)).isNull();
			}
		});
	}

	@Test
	void whenDrainedThenServerStops() {
		exposed().run((context) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				assertThat(endpoint(context).drain()).containsEntry("draining", 1);
				assertThat(peer.read()).isNull();
				Awaitility.await().until(() -> !context.getBean(PetrichorServer.class).isRunning());
				assertThat(endpoint(context).server(null, null).listening()).isFalse();
			}
		});
	}

	@Test
	void writingIsNotAllowedUnlessTheApplicationSaysSo() {
		Endpoint endpoint = AnnotationUtils.findAnnotation(PetrichorEndpoint.class, Endpoint.class);
		assertThat(endpoint.defaultAccess()).isEqualTo(Access.READ_ONLY);
	}

	@Test
	void whenNotExposedOrWithoutActuatorThenThereIsNoEndpoint() {
		with().run((context) -> assertThat(context).doesNotHaveBean(PetrichorEndpoint.class));
		exposed().withClassLoader(new FilteredClassLoader(Endpoint.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PetrichorEndpoint.class));
	}

	private static ApplicationContextRunner with() {
		return TestServer.with(Orders.class)
			.withConfiguration(AutoConfigurations.of(PetrichorEndpointAutoConfiguration.class));
	}

	private static ApplicationContextRunner exposed() {
		return with().withPropertyValues("management.endpoints.web.exposure.include=petrichor");
	}

	private static PetrichorEndpoint endpoint(AssertableApplicationContext context) {
		return context.getBean(PetrichorEndpoint.class);
	}

	static class Orders {

		@PetrichorHandler("orders.create")
		String create(Map<String, Object> order) {
			return "created";
		}

	}

}
