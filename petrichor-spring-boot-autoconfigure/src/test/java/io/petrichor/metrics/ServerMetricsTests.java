package io.petrichor.metrics;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.petrichor.autoconfigure.PetrichorServerMetricsAutoConfiguration;
import io.petrichor.handler.PetrichorException;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.ErrorCode;
import io.petrichor.server.PetrichorServer;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.testing.CountingSocket;
import io.petrichor.testing.Meters;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;
import io.petrichor.tnetstring.TNetstring;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every outcome there is, and what the meters make of it.
 */
class ServerMetricsTests {

	private static final int LARGE = 16 * 1024 * 1024;

	private static final String TORN = "0:}9:torn";

	private static final String TOO_BIG = "0:}20000000";

	private final CountingSocket.Counts bytes = new CountingSocket.Counts();

	@Test
	void whenEverythingHappensThenEveryMeterOfTheTableIsExact() {
		ApplicationContextRunner runner = metered().withPropertyValues("petrichor.server.handshake.timeout=390ms",
				"petrichor.server.message.timeout=400ms", "petrichor.server.outbound.write-timeout=400ms",
				"petrichor.server.idle-timeout=2s", "petrichor.server.max-connections=8",
				"petrichor.server.message.max-body-size=16MB", "petrichor.server.outbound.max-pending=64MB",
				"petrichor.server.max-buffered=1GB");
		runner.run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			requestsOfEveryOutcome(server);
			handshakesOfEveryOutcome(server);
			connectionsThatEndInEveryWay(server);
			moreConnectionsThanThereMayBe(server);
			server.stop();
			assertThat(Meters.counts(registry)).containsExactlyInAnyOrderEntriesOf(expected());
			assertThat(Meters.names(registry)).isEqualTo(Meters.documented("petrichor.server."));
			assertThat(registry.getMeters().stream().filter(TimeGauge.class::isInstance).map(TimeGauge.class::cast))
				.isNotEmpty()
				.allSatisfy((longest) -> assertThat(longest.value()).isPositive());
		});
	}

	/** Opens 2 connections. */
	private void requestsOfEveryOutcome(PetrichorServer server) {
		try (RawPeer peer = welcomed(server)) {
			peer.send("0:}1:1,0:}1:2,0:}1:3,");
			assertThat(List.of(peer.read(), peer.read(), peer.read())).hasSize(3);
			for (ErrorCode code : ErrorCode.values()) {
				peer.request(Map.of("to", "fails"), code.wireName());
			}
			peer.request(Map.of("to", "fails"), "app.sold_out");
			peer.request(Map.of("to", "made.up.by.the.peer"), "");
		}
		try (RawPeer peer = welcomed(server, Map.of("can", Map.of("more", true)))) {
			peer.send(Map.of("to", "never"), "");
			Awaitility.await().until(() -> server.connections().anyMatch((connection) -> connection.inFlight() == 1));
		}
		awaitNone(server);
	}

	/** Opens 4 connections. */
	private void handshakesOfEveryOutcome(PetrichorServer server) {
		try (RawPeer peer = connect(server)) {
			assertThat(peer.request(Map.of("user", "mallory"), "").header().flag("allowed")).isFalse();
			assertThat(peer.read()).isNull();
		}
		try (RawPeer peer = connect(server)) {
			assertThat(peer.send("x").read().header().text("error")).isEqualTo("bad_request");
			assertThat(peer.read()).isNull();
		}
		connect(server).close();
		try (RawPeer peer = connect(server)) {
			assertThat(peer.read()).isNull();
		}
		awaitNone(server);
	}

	/** Opens 7 connections. */
	private void connectionsThatEndInEveryWay(PetrichorServer server) throws IOException {
		try (RawPeer peer = welcomed(server)) {
			assertThat(peer.send(TOO_BIG).read().header().text("error")).isEqualTo("too_big");
			assertThat(peer.read()).isNull();
		}
		try (RawPeer peer = welcomed(server)) {
			assertThat(peer.send(TORN).read()).isNull();
		}
		try (RawPeer peer = welcomed(server)) {
			assertThat(peer.read()).isNull();
		}
		try (RawPeer peer = welcomed(server)) {
			server.connections().forEach((connection) -> server.disconnect(connection.id()));
			assertThat(peer.read()).isNull();
		}
		try (RawPeer peer = welcomed(server)) {
			peer.send(Map.of("to", "large"), "");
			awaitNone(server);
		}
		try (RawPeer peer = welcomed(server)) {
			peer.socket().setSoLinger(true, 0);
		}
		awaitNone(server);
	}

	/** Opens 8 connections and tries a ninth. */
	private void moreConnectionsThanThereMayBe(PetrichorServer server) {
		List<RawPeer> peers = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			peers.add(welcomed(server));
		}
		try (RawPeer peer = connect(server)) {
			assertThat(peer.read()).isNull();
		}
		RawPeer last = peers.remove(7);
		peers.forEach(RawPeer::close);
		Awaitility.await().until(() -> server.connectionCount() == 1);
		server.stop();
		assertThat(last.read()).isNull();
		last.close();
	}

	private Map<String, Double> expected() {
		Map<String, Double> expected = new TreeMap<>();
		String connections = "petrichor.server.connections";
		expected.put(connections + ".active", 0.0);
		expected.put(connections + ".limit", 8.0);
		expected.put(connections + ".opened", 20.0);
		put(expected, connections + ".closed{reason=%s}", Map.of("peer", 10, "denied", 1, "handshake_timeout", 1,
				"protocol_error", 2, "message_timeout", 1, "idle", 1, "slow_consumer", 1, "memory", 0, "local", 1));
		put(expected, connections + ".closed{reason=%s}", Map.of("shutdown", 1, "error", 1, "expired", 0));
		put(expected, connections + ".rejected{reason=%s}",
				Map.of("connections", 1, "address", 0, "handshakes", 0, "penalty", 0, "shutdown", 0));
		put(expected, "petrichor.server.handshakes{outcome=%s}",
				Map.of("allowed", 16, "denied", 1, "error", 2, "timeout", 1));
		put(expected, "petrichor.server.tls.handshakes{outcome=%s}", Map.of("success", 0, "error", 0));
		put(expected, "petrichor.server.protocol.errors{error=%s}", Map.of("bad_request", 1, "too_big", 1));
		put(expected, "petrichor.server.%s",
				Map.of("requests.in.flight", 0, "handlers.queued", 0, "input.buffered", 0, "output.pending", 0));
		String requests = "petrichor.server.requests{outcome=%s,route=%s}";
		expected.put(requests.formatted("success", "default"), 3.0);
		expected.put(requests.formatted("success", "large"), 1.0);
		expected.put(requests.formatted("abandoned", "never"), 1.0);
		expected.put(requests.formatted("no_route", "UNKNOWN"), 1.0);
		expected.put(requests.formatted("app", "fails"), 1.0);
		for (ErrorCode code : ErrorCode.values()) {
			expected.put(requests.formatted(code.wireName(), "fails"), 1.0);
		}
		int largeReply = ("0:}" + LARGE + ":,").length() + LARGE;
		expected.put("petrichor.server.bytes{direction=in}", (double) this.bytes.sent());
		expected.put("petrichor.server.bytes{direction=out}", (double) this.bytes.received() + largeReply);
		expected.put("petrichor.server.messages{direction=in}", 34.0);
		expected.put("petrichor.server.message.size.max{direction=in}", 59.0);
		expected.put("petrichor.server.messages{direction=out}", 35.0);
		expected.put("petrichor.server.message.size.max{direction=out}", (double) largeReply);
		return expected;
	}

	private static void put(Map<String, Double> expected, String name, Map<String, Integer> values) {
		values.forEach((value, count) -> expected.put(name.formatted(value), count.doubleValue()));
	}

	@Test
	void whenPeersMakeUpRoutesAndUsersThenThereAreNoMoreMeters() {
		metered().run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			try (RawPeer peer = welcomed(server)) {
				peer.request(Map.of("to", "made-up"), "");
			}
			awaitNone(server);
			int meters = registry.getMeters().size();
			int batch = 2500;
			int users = Integer.getInteger("petrichor.test.requests", 50_000) / batch;
			for (int user = 0; user < users; user++) {
				try (RawPeer peer = RawPeer.welcomed(server.port(), Map.of("user", "user-" + user))) {
					StringBuilder requests = new StringBuilder();
					for (int i = 0; i < batch; i++) {
						requests.append("17:2:to,9:r%08d,}0:,".formatted(user * batch + i));
					}
					peer.send(requests.toString());
					for (int i = 0; i < batch; i++) {
						peer.read();
					}
				}
			}
			awaitNone(server);
			assertThat(registry.get("petrichor.server.requests").tag("route", "UNKNOWN").functionTimer().count())
				.isEqualTo(1 + users * batch);
			assertThat(registry.getMeters()).hasSize(meters);
		});
	}

	@Test
	void whenThereIsNoRegistryThenNothingIsMetered() {
		TestServer.with(Handlers.class)
			.withConfiguration(AutoConfigurations.of(PetrichorServerMetricsAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ServerMetrics.class));
	}

	@Test
	void whenMicrometerIsNotThereThenServerStarts() {
		TestServer.with(Handlers.class)
			.withConfiguration(AutoConfigurations.of(PetrichorServerMetricsAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader(MeterRegistry.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ServerMetrics.class));
	}

	@Test
	void whenMetricsAreOffThenNothingIsMetered() {
		metered().withPropertyValues("petrichor.server.metrics.enabled=false").run((context) -> {
			assertThat(context).doesNotHaveBean(ServerMetrics.class);
			assertThat(context.getBean(MeterRegistry.class).getMeters()).isEmpty();
		});
	}

	private static ApplicationContextRunner metered() {
		return TestServer.with(Handlers.class)
			.withConfiguration(
					AutoConfigurations.of(PetrichorServerMetricsAutoConfiguration.class, MetricsAutoConfiguration.class,
							CompositeMeterRegistryAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class))
			.withBean(PetrichorAuthenticator.class,
					() -> (handshake) -> "mallory".equals(handshake.header().text("user")) ? Decision.deny()
							: Decision.allow(null));
	}

	private RawPeer connect(PetrichorServer server) {
		return RawPeer.over(new CountingSocket(this.bytes), server.port());
	}

	private RawPeer welcomed(PetrichorServer server) {
		return welcomed(server, Map.of());
	}

	private RawPeer welcomed(PetrichorServer server, Map<String, Object> more) {
		RawPeer peer = connect(server);
		Map<String, Object> identity = new TreeMap<>(Map.of("user", "zed", "ident", "0123"));
		identity.putAll(more);
		assertThat(peer.request(identity, "").header().flag("allowed")).isTrue();
		return peer;
	}

	private static void awaitNone(PetrichorServer server) {
		Awaitility.await().until(() -> server.connectionCount() == 0);
	}

	static class Handlers {

		@PetrichorHandler
		TNetstring echo(TNetstring body) {
			return body;
		}

		@PetrichorHandler("fails")
		void fails(String code) {
			throw new PetrichorException(code, "");
		}

		@PetrichorHandler("never")
		Mono<String> never() {
			return Mono.never();
		}

		@PetrichorHandler("large")
		byte[] large() {
			return new byte[LARGE];
		}

	}

}
