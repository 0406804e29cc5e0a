package io.petrichor.metrics;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.unit.DataSize;

import io.petrichor.autoconfigure.PetrichorServerMetricsAutoConfiguration;
import io.petrichor.handler.PetrichorException;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.Message;
import io.petrichor.server.PetrichorServer;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.Handshake;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.testing.CountingSocket;
import io.petrichor.testing.MessageTally;
import io.petrichor.testing.Meters;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;
import io.petrichor.tnetstring.TNetstring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Every outcome there is, and what the meters make of it.
 */
class ServerMetricsTests {

	private static final int LARGE = 16 * 1024 * 1024;

	private static final String TORN = "0:}9:torn";

	private static final String TOO_BIG = "0:}20000000";

	private static final Map<String, ?> NUMBERED = Map.of("can", Map.of("re", 8, "more", true, "bye", true));

	private final CountingSocket.Counts bytes = new CountingSocket.Counts();

	private final MessageTally sent = new MessageTally();

	private final MessageTally received = new MessageTally();

	@Test
	void whenEverythingHappensThenEveryMeterOfTheTableIsExact() {
		ApplicationContextRunner runner = metered().withPropertyValues("petrichor.server.handshake.timeout=1s",
				"petrichor.server.message.timeout=1200ms", "petrichor.server.outbound.write-timeout=400ms",
				"petrichor.server.idle-timeout=2s", "petrichor.server.max-connections=8",
				"petrichor.server.message.max-body-size=16MB", "petrichor.server.outbound.max-pending=64MB",
				"petrichor.server.max-buffered=1GB", "petrichor.server.dispatch.threads=1",
				"petrichor.server.dispatch.queue=1");
		runner.run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			requestsOfEveryOutcome(server);
			moreRequestsThanThereIsRoomFor(server, registry, context.getBean(Handlers.class));
			handshakesOfEveryOutcome(server);
			connectionsThatEndInEveryWay(server);
			moreConnectionsThanThereMayBe(server);
			drain(server, context.getBean(Handlers.class));
			assertThat(Meters.counts(registry)).containsExactlyInAnyOrderEntriesOf(expected());
			assertThat(Meters.names(registry)).isEqualTo(Meters.documented("petrichor.server."));
			assertThat(registry.getMeters().stream().filter(TimeGauge.class::isInstance).map(TimeGauge.class::cast))
				.isNotEmpty()
				.allSatisfy((longest) -> assertThat(longest.value()).isPositive());
		});
	}

	/** Opens 3 connections. */
	private void requestsOfEveryOutcome(PetrichorServer server) {
		try (RawPeer peer = welcomed(server)) {
			for (int i = 0; i < 3; i++) {
				this.sent.send(peer, Map.of(), i);
			}
			assertThat(List.of(read(peer), read(peer), read(peer))).hasSize(3);
			assertFails(peer, Map.of("to", "number"), "bad_request");
			assertFails(peer, Map.of("to", "denied"), "denied");
			assertFails(peer, Map.of("to", "made.up.by.the.peer"), "no_route");
			assertFails(peer, Map.of("to", "never", "ttl", 50), "timeout");
			assertFails(peer, Map.of("to", "broken"), "internal");
			assertFails(peer, Map.of("to", "sold.out"), "app.sold_out");
		}
		try (RawPeer peer = welcomed(server, NUMBERED)) {
			this.sent.send(peer, Map.of("to", "never", "id", 1), "");
			assertFails(peer, Map.of("to", "never", "id", 1), "conflict");
			assertFails(peer, Map.of("id", 1, "cancel", true), "cancelled");
			this.sent.send(peer, Map.of("to", "never", "id", 2), "");
			await().until(() -> server.connections().anyMatch((connection) -> connection.inFlight() == 1));
		}
		try (RawPeer peer = welcomed(server, Map.of("can", Map.of("re", 8, "max", 1024)))) {
			assertFails(peer, Map.of("to", "large", "id", 1), "too_big");
		}
		awaitNone(server);
	}

	/** Opens 3 connections. One thread runs handlers, and one batch may wait for it. */
	private void moreRequestsThanThereIsRoomFor(PetrichorServer server, MeterRegistry registry, Handlers handlers) {
		try (RawPeer running = welcomed(server);
				RawPeer waiting = welcomed(server);
				RawPeer refused = welcomed(server)) {
			this.sent.send(running, Map.of("to", "held"), "");
			await().until(() -> handlers.holding.getCount() == 0);
			this.sent.send(waiting, Map.of("to", "held"), "");
			await().until(() -> registry.get("petrichor.server.handlers.queued").gauge().value() == 1);
			assertThat(registry.get("petrichor.server.requests.in.flight").gauge().value()).isEqualTo(2);
			assertFails(refused, Map.of("to", "held"), "busy");
			handlers.release.countDown();
			assertThat(List.of(read(running), read(waiting))).hasSize(2);
		}
		awaitNone(server);
	}

	private void assertFails(RawPeer peer, Map<String, ?> header, String code) {
		assertThat(request(peer, header, "").header().text("error")).isEqualTo(code);
	}

	/** Opens 6 connections. */
	private void handshakesOfEveryOutcome(PetrichorServer server) {
		for (String user : List.of("mallory", "broken")) {
			try (RawPeer peer = connect(server)) {
				assertThat(request(peer, Map.of("user", user), "").header().flag("allowed")).isFalse();
				assertThat(read(peer)).isNull();
			}
		}
		try (RawPeer peer = connect(server)) {
			assertThat(read(peer.send("x")).header().text("error")).isEqualTo("bad_request");
			assertThat(read(peer)).isNull();
		}
		connect(server).close();
		try (RawPeer peer = connect(server)) {
			assertThat(read(peer)).isNull();
		}
		try (RawPeer peer = connect(server)) {
			this.sent.send(peer, Map.of("user", "undecided"), "");
			while (read(peer) != null) {
				continue;
			}
		}
		awaitNone(server);
	}

	/** Opens 7 connections. */
	private void connectionsThatEndInEveryWay(PetrichorServer server) throws IOException {
		try (RawPeer peer = welcomed(server)) {
			assertThat(read(peer.send(TOO_BIG)).header().text("error")).isEqualTo("too_big");
			assertThat(read(peer)).isNull();
		}
		try (RawPeer peer = welcomed(server)) {
			assertThat(read(peer.send(TORN))).isNull();
		}
		try (RawPeer peer = welcomed(server)) {
			assertThat(read(peer)).isNull();
		}
		try (RawPeer peer = welcomed(server)) {
			server.connections().forEach((connection) -> server.disconnect(connection.id()));
			assertThat(read(peer)).isNull();
		}
		try (RawPeer peer = welcomed(server)) {
			this.sent.send(peer, Map.of("to", "large"), "");
			this.received.add(Message.of(Header.EMPTY, new byte[LARGE]));
			awaitNone(server);
		}
		try (RawPeer peer = welcomed(server)) {
			peer.socket().setSoLinger(true, 0);
		}
		try (RawPeer peer = welcomed(server, Map.of("user", "brief"))) {
			assertThat(read(peer)).isNull();
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
			assertThat(read(peer)).isNull();
		}
		peers.forEach(RawPeer::close);
		awaitNone(server);
	}

	/** Opens 1 connection. */
	private void drain(PetrichorServer server, Handlers handlers) throws InterruptedException {
		handlers.hold();
		try (RawPeer peer = welcomed(server, NUMBERED)) {
			this.sent.send(peer, Map.of("to", "held", "id", 1), "");
			await().until(() -> handlers.holding.getCount() == 0);
			CountDownLatch stopped = new CountDownLatch(1);
			server.stop(stopped::countDown);
			assertThat(read(peer).header().flag("bye")).isTrue();
			assertFails(peer, Map.of("to", "held", "id", 2), "going");
			handlers.release.countDown();
			assertThat(read(peer).header().integer("re")).isOne();
			peer.endOutput();
			assertThat(read(peer)).isNull();
			stopped.await();
		}
	}

	private Map<String, Double> expected() {
		Map<String, Double> expected = new TreeMap<>();
		String connections = "petrichor.server.connections";
		expected.put(connections + ".active", 0.0);
		expected.put(connections + ".limit", 8.0);
		expected.put(connections + ".opened", 28.0);
		put(expected, connections + ".closed{reason=%s}", Map.of("peer", 15, "denied", 2, "handshake_timeout", 2,
				"protocol_error", 2, "message_timeout", 1, "idle", 1, "slow_consumer", 1, "memory", 0, "local", 1));
		put(expected, connections + ".closed{reason=%s}", Map.of("shutdown", 1, "error", 1, "expired", 1));
		put(expected, connections + ".rejected{reason=%s}",
				Map.of("connections", 1, "address", 0, "handshakes", 0, "penalty", 0));
		put(expected, "petrichor.server.handshakes{outcome=%s}",
				Map.of("allowed", 22, "denied", 1, "error", 3, "timeout", 2));
		put(expected, "petrichor.server.tls.handshakes{outcome=%s}", Map.of("success", 0, "error", 0));
		expected.put("petrichor.server.tls.certificate.expiry", Double.NaN);
		put(expected, "petrichor.server.protocol.errors{error=%s}", Map.of("bad_request", 1, "too_big", 1));
		put(expected, "petrichor.server.%s",
				Map.of("requests.in.flight", 0, "handlers.queued", 0, "input.buffered", 0, "output.pending", 0));
		String requests = "petrichor.server.requests{outcome=%s,route=%s}";
		expected.put(requests.formatted("success", "default"), 3.0);
		expected.put(requests.formatted("success", "large"), 1.0);
		expected.put(requests.formatted("success", "held"), 3.0);
		expected.put(requests.formatted("bad_request", "number"), 1.0);
		expected.put(requests.formatted("denied", "denied"), 1.0);
		expected.put(requests.formatted("no_route", "UNKNOWN"), 1.0);
		expected.put(requests.formatted("conflict", "never"), 1.0);
		expected.put(requests.formatted("too_big", "large"), 1.0);
		expected.put(requests.formatted("busy", "held"), 1.0);
		expected.put(requests.formatted("going", "UNKNOWN"), 1.0);
		expected.put(requests.formatted("timeout", "never"), 1.0);
		expected.put(requests.formatted("cancelled", "never"), 1.0);
		expected.put(requests.formatted("internal", "broken"), 1.0);
		expected.put(requests.formatted("app", "sold.out"), 1.0);
		expected.put(requests.formatted("abandoned", "never"), 1.0);
		int largeReply = ("0:}" + LARGE + ":,").length() + LARGE;
		expected.put("petrichor.server.bytes{direction=in}", (double) this.bytes.sent());
		expected.put("petrichor.server.bytes{direction=out}", (double) this.bytes.received() + largeReply);
		expected.put("petrichor.server.messages{direction=in}", this.sent.count());
		expected.put("petrichor.server.message.size.max{direction=in}", this.sent.largest());
		expected.put("petrichor.server.messages{direction=out}", this.received.count());
		expected.put("petrichor.server.message.size.max{direction=out}", (double) largeReply);
		return expected;
	}

	private static void put(Map<String, Double> expected, String name, Map<String, Integer> values) {
		values.forEach((value, count) -> expected.put(name.formatted(value), count.doubleValue()));
	}

	@ParameterizedTest
	@CsvSource({ "connections, max-connections, 1", "address, max-connections-per-address, 1",
			"handshakes, handshake.max-pending-per-address, 1", "penalty, authentication.failures-per-minute, 1" })
	void whenPeersAreTurnedAwayThenEachIsCountedByItsReason(String reason, String property, int limit) {
		metered().withPropertyValues("petrichor.server." + property + "=" + limit).run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			if (reason.equals("penalty")) {
				for (int i = 0; i <= limit; i++) {
					try (RawPeer peer = connect(server)) {
						request(peer, Map.of("user", "mallory"), "");
					}
				}
			}
			RawPeer first = reason.equals("penalty") ? null
					: reason.equals("handshakes") ? connect(server) : welcomed(server);
			await().until(() -> first == null || server.connectionCount() == 1);
			for (int i = 0; i < 5; i++) {
				try (RawPeer peer = connect(server)) {
					assertThat(read(peer)).isNull();
				}
			}
			assertThat(Meters.counts(registry)).containsEntry("petrichor.server.connections.opened",
					(first != null) ? 1.0 : limit + 1);
			for (String each : List.of("connections", "address", "handshakes", "penalty")) {
				assertThat(registry.get("petrichor.server.connections.rejected").tag("reason", each).counter().count())
					.as(each)
					.isEqualTo(each.equals(reason) ? 5 : 0);
			}
			if (first != null) {
				first.close();
			}
		});
	}

	@Test
	void whenPeersHoldTooMuchMemoryThenEachThatIsClosedForItIsCounted() {
		metered()
			.withPropertyValues("petrichor.server.max-buffered=4MB", "petrichor.server.message.max-body-size=256KB")
			.run((context) -> {
				PetrichorServer server = context.getBean(PetrichorServer.class);
				Counter closed = context.getBean(MeterRegistry.class)
					.get("petrichor.server.connections.closed")
					.tag("reason", "memory")
					.counter();
				List<RawPeer> hoarders = new ArrayList<>();
				for (int i = 0; i < 24; i++) {
					hoarders.add(welcomed(server).send("0:}250000:").send(new byte[240_000]));
				}
				await().until(() -> closed.count() > 0 && server.buffered() <= DataSize.ofMegabytes(4).toBytes());
				await().untilAsserted(
						() -> assertThat(closed.count()).isEqualTo(hoarders.size() - server.connectionCount()));
				hoarders.forEach(RawPeer::close);
			});
	}

	@Test
	void whenServerSpeaksTlsThenHandshakesAreCountedAndItsCertificateTellsItsDays(@TempDir Path folder)
			throws Exception {
		X509Bundle certificate = new CertificateBuilder().ecp256()
			.subject("CN=localhost")
			.addSanDnsName("localhost")
			.setIsCertificateAuthority(true)
			.buildSelfSigned();
		Files.writeString(folder.resolve("server.key"), certificate.getPrivateKeyPEM());
		Files.writeString(folder.resolve("server.pem"), certificate.getCertificatePEM());
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, new TrustManager[] { certificate.toTrustManager() }, null);
		String pem = "spring.ssl.bundle.pem.server.keystore.";
		metered().withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
			.withPropertyValues("petrichor.server.ssl.bundle=server",
					pem + "certificate=file:" + folder.resolve("server.pem"),
					pem + "private-key=file:" + folder.resolve("server.key"))
			.run((application) -> {
				PetrichorServer server = application.getBean(PetrichorServer.class);
				MeterRegistry registry = application.getBean(MeterRegistry.class);
				for (int i = 0; i < 3; i++) {
					try (RawPeer peer = RawPeer.over(context.getSocketFactory().createSocket(), server.port())) {
						peer.request(Map.of("user", "zed"), "");
					}
				}
				for (int i = 0; i < 2; i++) {
					try (RawPeer peer = connect(server)) {
						peer.send("0:}0:,").endOutput();
						peer.socket().getInputStream().readAllBytes();
					}
				}
				await().untilAsserted(() -> assertThat(Meters.counts(registry))
					.containsEntry("petrichor.server.tls.handshakes{outcome=success}", 3.0)
					.containsEntry("petrichor.server.tls.handshakes{outcome=error}", 2.0)
					.containsEntry("petrichor.server.connections.closed{reason=error}", 2.0));
				double days = Duration.between(Instant.now(), certificate.getCertificate().getNotAfter().toInstant())
					.toMillis() / 86_400_000.0;
				assertThat(registry.get("petrichor.server.tls.certificate.expiry").gauge().value()).isCloseTo(days,
						Offset.offset(0.001));
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "percentiles-histogram.petrichor.server.requests=true",
			"percentiles.petrichor.server.requests=0.5,0.99", "slo.petrichor=10ms,1s" })
	void whenApplicationWantsADistributionThenRequestsHaveOne(String property) {
		PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		metered().withBean(MeterRegistry.class, () -> prometheus)
			.withPropertyValues("management.metrics.distribution." + property)
			.run((context) -> {
				try (RawPeer peer = welcomed(context.getBean(PetrichorServer.class))) {
					for (int i = 0; i < 10; i++) {
						request(peer, Map.of(), "");
					}
				}
				await().untilAsserted(() -> assertThat(prometheus.scrape())
					.contains("petrichor_server_requests_seconds_count{outcome=\"success\",route=\"default\"} 10")
					.contains("petrichor_server_requests_seconds_max{outcome=\"success\",route=\"default\"}")
					.containsPattern("petrichor_server_requests_seconds(_bucket)?\\{outcome=\"success\","
							+ "(quantile=\"0.5\",route=\"default\"|route=\"default\",(le|quantile)=\"\\S+\"|le=\"\\S+\",route=\"default\")\\}"));
			});
	}

	@Test
	void whenThereIsNoWishForADistributionThenRequestsCostNoneOfIt() {
		PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		metered().withBean(MeterRegistry.class, () -> prometheus).run((context) -> {
			try (RawPeer peer = welcomed(context.getBean(PetrichorServer.class))) {
				request(peer, Map.of(), "");
			}
			await().untilAsserted(
					() -> assertThat(prometheus.find("petrichor.server.requests").functionTimers()).hasSize(1));
			assertThat(prometheus.find("petrichor.server.requests").timers()).isEmpty();
			assertThat(prometheus.scrape())
				.contains("petrichor_server_requests_seconds_count{outcome=\"success\",route=\"default\"} 1")
				.doesNotContain("route=\"UNKNOWN\"");
		});
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
	@Tag("reliability")
	void whenAMillionUsersAskForAMillionRoutesThenThereAreNoMoreMeters() {
		int users = 1_000_000;
		metered()
			.withPropertyValues("petrichor.server.handshake.max-pending=1000",
					"petrichor.server.handshake.max-pending-per-address=1000")
			.run((context) -> {
				PetrichorServer server = context.getBean(PetrichorServer.class);
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				askAs(server.port(), -1);
				awaitNone(server);
				int meters = registry.getMeters().size();
				AtomicInteger next = new AtomicInteger();
				List<CompletableFuture<Void>> workers = new ArrayList<>();
				for (int i = 0; i < 8; i++) {
					workers.add(CompletableFuture.runAsync(() -> {
						for (int user; (user = next.getAndIncrement()) < users;) {
							askAs(server.port(), user);
						}
					}, (work) -> new Thread(work, "users").start()));
				}
				workers.forEach(CompletableFuture::join);
				await().atMost(Duration.ofMinutes(1)).until(() -> server.connectionCount() == 0);
				assertThat(registry.get("petrichor.server.requests").tag("route", "UNKNOWN").functionTimer().count())
					.isEqualTo(1 + users);
				assertThat(registry.get("petrichor.server.handshakes").tag("outcome", "allowed").timer().count())
					.isEqualTo(1 + users);
				assertThat(registry.getMeters()).hasSize(meters);
				System.out.println(users + " users and routes: " + meters + " meters before, "
						+ registry.getMeters().size() + " after");
			});
	}

	/** A connection of this user, for one request of a route of this user. */
	private static void askAs(int port, int user) {
		try (RawPeer peer = RawPeer.connect(port)) {
			// No port of this machine shall wait for stragglers.
			peer.socket().setSoLinger(true, 0);
			peer.send("19:4:user,9:u%08d,}0:,17:2:to,9:r%08d,}0:,".formatted(user, user).replace("-", "x"));
			assertThat(peer.read().header().flag("allowed")).isTrue();
			assertThat(peer.read().header().text("error")).isEqualTo("no_route");
		}
		catch (SocketException ex) {
			throw new UncheckedIOException(ex);
		}
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
			.withBean(PetrichorAuthenticator.class, () -> ServerMetricsTests::decide);
	}

	private static Decision decide(Handshake handshake) {
		return switch (handshake.header().text("user")) {
			case "mallory" -> Decision.deny();
			case "broken" -> throw new IllegalStateException("the users' database is away");
			case "undecided" -> Decision.later(Mono.never());
			case "brief" ->
				new Decision.Allowed(null, Set.of(), Header.EMPTY, null, Instant.now().plus(Duration.ofMillis(300)));
			default -> Decision.allow(null);
		};
	}

	private Message request(RawPeer peer, Map<String, ?> header, Object body) {
		this.sent.send(peer, header, body);
		return read(peer);
	}

	private Message read(RawPeer peer) {
		return this.received.read(peer);
	}

	private RawPeer connect(PetrichorServer server) {
		return RawPeer.over(new CountingSocket(this.bytes), server.port());
	}

	private RawPeer welcomed(PetrichorServer server) {
		return welcomed(server, Map.of());
	}

	private RawPeer welcomed(PetrichorServer server, Map<String, ?> more) {
		RawPeer peer = connect(server);
		Map<String, Object> identity = new TreeMap<>(Map.of("user", "zed", "ident", "0123"));
		identity.putAll(more);
		assertThat(request(peer, identity, "").header().flag("allowed")).isTrue();
		return peer;
	}

	private static void awaitNone(PetrichorServer server) {
		await().until(() -> server.connectionCount() == 0);
	}

	static class Handlers {

		@PetrichorHandler
		TNetstring echo(TNetstring body) {
			return body;
		}

		private volatile CountDownLatch holding = new CountDownLatch(1);

		private volatile CountDownLatch release = new CountDownLatch(1);

		void hold() {
			this.holding = new CountDownLatch(1);
			this.release = new CountDownLatch(1);
		}

		@PetrichorHandler("held")
		void held() throws InterruptedException {
			this.holding.countDown();
			this.release.await();
		}

		@PetrichorHandler("number")
		int number(int number) {
			return number;
		}

		@PetrichorHandler("denied")
		void denied() {
			throw new PetrichorException(ErrorCode.DENIED, "");
		}

		@PetrichorHandler("broken")
		void broken() {
			throw new IllegalStateException();
		}

		@PetrichorHandler("sold.out")
		void soldOut() {
			throw new PetrichorException("app.sold_out", "");
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
