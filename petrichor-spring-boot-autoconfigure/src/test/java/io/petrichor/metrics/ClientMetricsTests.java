package io.petrichor.metrics;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.petrichor.autoconfigure.PetrichorClientAutoConfiguration;
import io.petrichor.autoconfigure.PetrichorClientMetricsAutoConfiguration;
import io.petrichor.client.PetrichorClient;
import io.petrichor.client.PetrichorClient.State;
import io.petrichor.client.PetrichorClientException;
import io.petrichor.client.PetrichorDeniedException;
import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.Message;
import io.petrichor.testing.CountingSocket;
import io.petrichor.testing.MessageTally;
import io.petrichor.testing.Meters;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Every outcome there is, and what the meters of a client make of it.
 */
@Timeout(60)
class ClientMetricsTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	private static final Duration SHORT = Duration.ofMillis(200);

	private static final Map<String, ?> CAN = Map.of("can", Map.of("re", 32, "more", true, "bye", true, "max", 4096));

	private final MeterRegistry registry = new SimpleMeterRegistry();

	private final CountingSocket.Counts bytes = new CountingSocket.Counts();

	private final MessageTally received = new MessageTally();

	private final MessageTally sent = new MessageTally();

	/** What the server does with the next who come, instead of letting them in. */
	private final Queue<String> handshakes = new ConcurrentLinkedQueue<>();

	private final CountDownLatch begin = new CountDownLatch(1);

	private final AtomicBoolean gone = new AtomicBoolean();

	@Test
	void whenEverythingHappensThenEveryMeterOfTheTableIsExact() throws Exception {
		try (ScriptedServer server = ScriptedServer.startOver(CountingSocket.accepting(this.bytes), this::serve)) {
			PetrichorClient client = metered(server).build();
			callsOfEveryOutcome(client);
			connectionsThatEndInEveryWay(client);
			handshakesOfEveryOutcome(client);
			client.close();
			await().untilAsserted(
					() -> assertThat(Meters.counts(this.registry)).containsExactlyInAnyOrderEntriesOf(expected()));
			assertThat(Meters.names(this.registry)).isEqualTo(Meters.documented("petrichor.client."));
			assertThat(this.registry.getMeters().stream().filter(TimeGauge.class::isInstance)).isNotEmpty()
				.allSatisfy((longest) -> assertThat(((TimeGauge) longest).value()).isPositive());
		}
	}

	/** Uses the first connection, and begins the second. */
	private void callsOfEveryOutcome(PetrichorClient client) {
		CompletableFuture<String> first = client.request().body("hello").retrieveAsync(String.class);
		await().until(() -> gauge("calls.waiting") == 1 && gauge("state", "state", "connecting") == 1);
		this.begin.countDown();
		assertThat(first.join()).isEqualTo("hello");
		client.to("orders.{id}.lines", 17).retrieve(String.class);
		client.to("orders.{id}.lines", 18).retrieve(String.class);
		client.to("audit").body("bought").send().join();
		assertThat(client.to("stream").retrieveFlux(Integer.class).collectList().block()).hasSize(2);
		for (ErrorCode code : ErrorCode.values()) {
			if (code != ErrorCode.GOING) {
				fails(client, "code", code.wireName());
			}
		}
		fails(client, "code", "app.sold_out");
		fails(client, "big", "x".repeat(5000));
		fails(client, "never", "");
		CompletableFuture<String> cancelled = client.to("never").retrieveAsync(String.class);
		await().until(() -> gauge("calls.in.flight") == 1 && gauge("state", "state", "connected") == 1);
		cancelled.cancel(true);
		await().until(() -> gauge("calls.in.flight") == 0);
		assertThat(client.to("going").body("once").timeout(LONG).retrieve(String.class)).isEqualTo("once");
	}

	/** From the second connection to the seventh. */
	private void connectionsThatEndInEveryWay(PetrichorClient client) {
		for (String end : List.of("close", "nonsense", "torn", "reset")) {
			fails(client, end, "");
			awaitConnected(client);
		}
		fails(client, "silent", "");
		await().until(() -> count("connections.closed", "reason", "silent") == 1);
		awaitConnected(client);
	}

	/** The seventh ends, three are not let in, the eleventh is. */
	private void handshakesOfEveryOutcome(PetrichorClient client) {
		this.handshakes.addAll(List.of("deny", "ignore", "leave"));
		fails(client, "close", "");
		awaitConnected(client);
	}

	private void awaitConnected(PetrichorClient client) {
		await().until(() -> client.to("echo").timeout(LONG).retrieve(String.class) != null);
	}

	private static void fails(PetrichorClient client, String route, String body) {
		Duration timeout = List.of("never", "silent").contains(route) ? SHORT : LONG;
		assertThatExceptionOfType(PetrichorClientException.class)
			.isThrownBy(() -> client.to(route).body(body).timeout(timeout).retrieve(String.class));
	}

	private Map<String, Double> expected() {
		Map<String, Double> expected = new TreeMap<>();
		String prefix = "petrichor.client.";
		put(expected, prefix + "state{client=orders,state=%s}",
				Map.of("idle", 0, "connecting", 0, "connected", 0, "waiting", 0, "denied", 0, "closed", 1));
		put(expected, prefix + "%s{client=orders}", Map.of("connections.opened", 11, "connections.failed", 0,
				"reconnects", 7, "calls.in.flight", 0, "calls.waiting", 0, "calls.resent", 4));
		put(expected, prefix + "connections.closed{client=orders,reason=%s}",
				Map.of("server", 3, "going", 1, "denied", 1, "handshake_timeout", 1, "protocol_error", 1,
						"message_timeout", 1, "silent", 1, "slow_consumer", 0, "local", 1, "error", 1));
		put(expected, prefix + "handshakes{client=orders,outcome=%s}",
				Map.of("allowed", 8, "denied", 1, "error", 1, "timeout", 1));
		String calls = prefix + "calls{client=orders,outcome=%s,route=%s}";
		expected.put(calls.formatted("success", "default"), 1.0);
		expected.put(calls.formatted("success", "orders.{id}.lines"), 2.0);
		expected.put(calls.formatted("success", "audit"), 1.0);
		expected.put(calls.formatted("success", "stream"), 1.0);
		expected.put(calls.formatted("success", "going"), 1.0);
		expected.put(calls.formatted("success", "echo"), 6.0);
		for (ErrorCode code : ErrorCode.values()) {
			if (code != ErrorCode.GOING) {
				expected.put(calls.formatted(code.wireName(), "code"), 1.0);
			}
		}
		expected.put(calls.formatted("app", "code"), 1.0);
		expected.put(calls.formatted("too_big", "big"), 1.0);
		expected.put(calls.formatted("timeout", "never"), 1.0);
		expected.put(calls.formatted("cancelled", "never"), 1.0);
		expected.put(calls.formatted("abandoned", "close"), 2.0);
		for (String end : List.of("nonsense", "torn", "reset")) {
			expected.put(calls.formatted("abandoned", end), 1.0);
		}
		expected.put(calls.formatted("timeout", "silent"), 1.0);
		String traffic = prefix + "%s{client=orders,direction=%s}";
		expected.put(traffic.formatted("bytes", "in"), (double) this.bytes.sent());
		expected.put(traffic.formatted("bytes", "out"), (double) this.bytes.received());
		expected.put(traffic.formatted("messages", "in"), this.sent.count());
		expected.put(traffic.formatted("messages", "out"), this.received.count());
		expected.put(traffic.formatted("message.size.max", "in"), this.sent.largest());
		expected.put(traffic.formatted("message.size.max", "out"), this.received.largest());
		return expected;
	}

	private static void put(Map<String, Double> expected, String name, Map<String, Integer> values) {
		values.forEach((value, count) -> expected.put(name.formatted(value), count.doubleValue()));
	}

	private double gauge(String name, String... tags) {
		return this.registry.get("petrichor.client." + name).tags(tags).gauge().value();
	}

	private double count(String name, String... tags) {
		return this.registry.get("petrichor.client." + name).tags(tags).counter().count();
	}

	private PetrichorClient.Builder metered(ScriptedServer server) {
		return PetrichorClient.builder()
			.name("orders")
			.address(server.address())
			.handshakeTimeout(Duration.ofSeconds(2))
			.messageTimeout(SHORT)
			.reconnect(Duration.ofMillis(1), Duration.ofMillis(1))
			.clientListener((client) -> ClientMetrics.of(this.registry, client, true));
	}

	// The server

	private void serve(RawPeer peer) throws Exception {
		this.begin.await();
		this.received.read(peer);
		String handshake = this.handshakes.poll();
		if (handshake == null) {
			send(peer, CAN, "WELCOME");
			answer(peer);
		}
		else if (handshake.equals("deny")) {
			send(peer, Map.of("allowed", false, "error", "denied", "retry", 1), "later");
			readOn(peer);
		}
		else if (handshake.equals("ignore")) {
			readOn(peer);
		}
	}

	private void answer(RawPeer peer) throws IOException {
		for (Message request; (request = this.received.read(peer)) != null;) {
			Header header = request.header();
			Object id = header.integer("id");
			String route = header.text("to");
			switch ((route != null) ? route : "") {
				case "code" -> send(peer, Map.of("re", id, "error", request.body().asText()), "");
				case "stream" -> {
					send(peer, Map.of("re", id, "more", true), 1);
					send(peer, Map.of("re", id, "more", true), 2);
					send(peer, Map.of("re", id), null);
				}
				case "going" -> {
					boolean going = this.gone.compareAndSet(false, true);
					send(peer, going ? Map.of("re", id, "error", "going") : Map.of("re", id), request.body());
				}
				case "never" -> {
					Message cancel = this.received.read(peer);
					send(peer, Map.of("re", cancel.header().integer("id"), "error", "cancelled"), "");
				}
				case "close" -> {
					return;
				}
				case "reset" -> {
					peer.socket().setSoLinger(true, 0);
					return;
				}
				case "nonsense" -> {
					peer.send("x");
					readOn(peer);
				}
				case "torn" -> {
					peer.send("5:ab");
					readOn(peer);
				}
				case "silent" -> readOn(peer);
				case "audit" -> send(peer, Map.of("re", id), "");
				default -> send(peer, Map.of("re", id), request.body());
			}
		}
	}

	private void readOn(RawPeer peer) {
		while (this.received.read(peer) != null) {
			// Until the client has had enough.
			continue;
		}
	}

	private void send(RawPeer peer, Map<String, ?> header, Object body) {
		this.sent.send(peer, header, body);
	}

	// Several clients with one name

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whenClientsHaveOneNameThenTheirMetersAreTheSumOfBoth(CapturedOutput output) {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo)) {
			PetrichorClient first = metered(server).build();
			PetrichorClient second = metered(server).build();
			for (PetrichorClient client : List.of(first, second)) {
				client.to("any").retrieve(String.class);
				client.to("any").body("longer").retrieve(String.class);
			}
			awaitStates(Map.of("connected", 2.0, "closed", 0.0));
			first.close();
			second.to("any").retrieve(String.class);
			awaitStates(Map.of("connected", 1.0, "closed", 0.0));
			second.close();
			awaitStates(Map.of("connected", 0.0, "closed", 1.0));
			await().untilAsserted(() -> assertCounts(2, 5));
		}
		assertThat(output).doesNotContain("registered");
	}

	@Test
	void whenOneClientFollowsAnotherOfItsNameThenItsMetersGoOn() {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo)) {
			for (int i = 0; i < 3; i++) {
				try (PetrichorClient client = metered(server).build()) {
					client.to("any").retrieve(String.class);
					awaitStates(Map.of("connected", 1.0, "closed", 0.0));
				}
				awaitStates(Map.of("connected", 0.0, "closed", 1.0));
			}
			await().untilAsserted(() -> assertCounts(3, 3));
			this.registry.clear();
			try (PetrichorClient client = metered(server).build()) {
				client.to("any").retrieve(String.class);
				awaitStates(Map.of("connected", 1.0, "closed", 0.0));
			}
			await().untilAsserted(() -> assertCounts(1, 1));
		}
	}

	private void awaitStates(Map<String, Double> counts) {
		await().untilAsserted(() -> assertThat(counts)
			.allSatisfy((state, count) -> assertThat(gauge("state", "state", state)).isEqualTo(count)));
	}

	/** Each connection has one message more than calls, in both directions. */
	private void assertCounts(double connections, double calls) {
		assertThat(Meters.counts(this.registry))
			.containsEntry("petrichor.client.connections.opened{client=orders}", connections)
			.containsEntry("petrichor.client.connections.closed{client=orders,reason=local}", connections)
			.containsEntry("petrichor.client.messages{client=orders,direction=in}", connections + calls)
			.containsEntry("petrichor.client.messages{client=orders,direction=out}", connections + calls)
			.containsEntry("petrichor.client.calls{client=orders,outcome=success,route=any}", calls);
	}

	// Bounds, and when there are meters at all

	@Test
	void whenThereAreMoreRoutesThanThereMayBeThenTheOthersAreOne() {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo);
				PetrichorClient client = metered(server).build()) {
			for (int i = 0; i < 150; i++) {
				client.to("computed." + i).retrieve(String.class);
			}
			await().untilAsserted(() -> assertThat(
					this.registry.get("petrichor.client.calls").tag("route", "OTHER").functionTimer().count())
				.isEqualTo(50));
			assertThat(this.registry.find("petrichor.client.calls").functionTimers()).hasSize(101);
		}
	}

	@Test
	void whenNobodyIsThereOrServerDeniesThenCallsSaySo() {
		PetrichorClient.Builder nobody;
		try (ScriptedServer server = ScriptedServer.start((peer) -> {
			peer.read();
			peer.send(Map.of("allowed", false, "error", "denied"), "never");
		})) {
			nobody = metered(server).noReconnect();
			PetrichorClient client = metered(server).name("denied").build();
			assertThatExceptionOfType(PetrichorDeniedException.class)
				.isThrownBy(() -> client.to("any").retrieve(String.class));
			await().until(() -> count("connections.closed", "client", "denied", "reason", "denied") == 1);
			assertThat(gauge("state", "client", "denied", "state", "denied")).isOne();
			client.close();
		}
		try (PetrichorClient client = nobody.build()) {
			fails(client, "any", "");
			assertThat(client.connection().state()).isEqualTo(State.IDLE);
			await().untilAsserted(() -> assertThat(Meters.counts(this.registry))
				.containsEntry("petrichor.client.connections.failed{client=orders}", 1.0)
				.containsEntry("petrichor.client.connections.opened{client=orders}", 0.0)
				.containsEntry("petrichor.client.calls{client=orders,outcome=abandoned,route=any}", 1.0)
				.containsEntry("petrichor.client.calls{client=denied,outcome=denied,route=any}", 1.0));
		}
	}

	@Test
	void whenThereIsARegistryThenEachClientOfTheApplicationIsMetered() {
		runner().withBean(MeterRegistry.class, () -> this.registry)
			.withPropertyValues("petrichor.clients.stock.address=127.0.0.1:1")
			.run((context) -> {
				assertThat(context.getBeansOfType(PetrichorClient.class)).hasSize(2);
				assertThat(this.registry.find("petrichor.client.connections.opened").counters())
					.extracting((counter) -> counter.getId().getTag("client"))
					.containsExactlyInAnyOrder("petrichor", "stock");
			});
	}

	@Test
	void whenMetricsAreOffOrNotThereThenNothingIsMetered() {
		runner().withBean(MeterRegistry.class, () -> this.registry)
			.withPropertyValues("petrichor.client.metrics.enabled=false")
			.run((context) -> assertThat(context.getBean(PetrichorClient.class)).isNotNull());
		assertThat(this.registry.getMeters()).isEmpty();
		runner().run((context) -> assertThat(context).hasSingleBean(PetrichorClient.class));
		runner().withClassLoader(new FilteredClassLoader(MeterRegistry.class))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(PetrichorClient.class));
	}

	private static ApplicationContextRunner runner() {
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations
			.of(PetrichorClientAutoConfiguration.class, PetrichorClientMetricsAutoConfiguration.class));
	}

}
