package io.petrichor.observation;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.test.simple.SimpleSpan;
import io.micrometer.tracing.test.simple.SimpleTracer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.petrichor.autoconfigure.PetrichorClientAutoConfiguration;
import io.petrichor.autoconfigure.PetrichorClientMetricsAutoConfiguration;
import io.petrichor.autoconfigure.PetrichorClientObservationAutoConfiguration;
import io.petrichor.autoconfigure.PetrichorServerMetricsAutoConfiguration;
import io.petrichor.autoconfigure.PetrichorServerObservationAutoConfiguration;
import io.petrichor.client.PetrichorClient;
import io.petrichor.client.PetrichorClientException;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.Message;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.ScriptedServer;
import io.petrichor.testing.TestServer;
import io.petrichor.testing.W3cPropagator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Traces that go from a client through a server and on to another one.
 */
@Timeout(60)
class TracingTests {

	private final SimpleTracer tracer = new SimpleTracer();

	private final ObservationRegistry observations = ObservationRegistry.create();

	private final MeterRegistry meters = new SimpleMeterRegistry();

	TracingTests() {
		W3cPropagator propagator = new W3cPropagator(this.tracer);
		this.observations.observationConfig()
			.observationHandler(
					new io.micrometer.observation.ObservationHandler.FirstMatchingCompositeObservationHandler(
							new PropagatingReceiverTracingObservationHandler<>(this.tracer, propagator),
							new PropagatingSenderTracingObservationHandler<>(this.tracer, propagator),
							new DefaultTracingObservationHandler(this.tracer)))
			.observationHandler(new DefaultMeterObservationHandler(this.meters));
	}

	@ParameterizedTest
	@ValueSource(strings = { "executor", "loop", "mono", "flux", "future", "later" })
	void whenHandlerCallsAnotherServerThenItIsOneTrace(String route) {
		server(Inner.class).run((inner) -> server(Outer.class)
			.withPropertyValues("petrichor.client.address=127.0.0.1:" + TestServer.port(inner))
			.run((outer) -> {
				try (PetrichorClient client = client("front", TestServer.port(outer))) {
					assertThat(client.to(route).retrieve(String.class)).isEqualTo("inner");
				}
				List<SimpleSpan> spans = spans(4);
				SimpleSpan first = span(spans, Span.Kind.CLIENT, "petrichor " + route);
				SimpleSpan second = span(spans, Span.Kind.SERVER, "petrichor " + route);
				SimpleSpan third = span(spans, Span.Kind.CLIENT, "petrichor inner.{id}");
				SimpleSpan fourth = span(spans, Span.Kind.SERVER, "petrichor inner.{id}");
				assertThat(spans).extracting((span) -> padded(span.context().traceId(), 32))
					.containsOnly(padded(first.context().traceId(), 32));
				assertParent(second, first);
				assertParent(third, second);
				assertParent(fourth, third);
			}));
	}

	@ParameterizedTest
	@ValueSource(strings = { "executor", "loop", "mono" })
	void whenPeerSendsTraceAndItsStateThenBothGoOnToTheNextServer(String route) {
		CompletableFuture<Message> passedOn = new CompletableFuture<>();
		try (ScriptedServer inner = ScriptedServer.plain((peer) -> {
			passedOn.complete(peer.read());
			peer.send(Map.of(), "inner");
			peer.read();
		})) {
			TestServer.run(server(Outer.class).withPropertyValues("petrichor.client.address=" + inner.address()),
					(port) -> {
						try (RawPeer peer = RawPeer.welcomed(port)) {
							Message reply = peer.request(
									Map.of("to", route, "traceparent", "00-" + "ab".repeat(16) + "-00000000000000cd-01",
											"tracestate", "vendor=t61rcWkgMzE,other=1"),
									"");
							assertThat(reply.body().asText()).isEqualTo("inner");
						}
					});
		}
		assertThat(passedOn.join().header().text("traceparent")).startsWith("00-" + "ab".repeat(16) + "-")
			.doesNotContain("-00000000000000cd-");
		assertThat(passedOn.join().header().text("tracestate")).isEqualTo("vendor=t61rcWkgMzE,other=1");
	}

	private static void assertParent(SimpleSpan span, SimpleSpan parent) {
		assertThat(padded(span.context().parentId(), 16)).isEqualTo(padded(parent.context().spanId(), 16));
	}

	private static String padded(String id, int length) {
		return ("%" + length + "s").formatted(id).replace(' ', '0');
	}

	private static SimpleSpan span(List<SimpleSpan> spans, Span.Kind kind, String name) {
		return spans.stream()
			.filter((span) -> span.getKind() == kind && span.getName().equals(name))
			.findAny()
			.orElseThrow(() -> new AssertionError(kind + " " + name + " is not among " + spans));
	}

	private List<SimpleSpan> spans(int count) {
		await().until(() -> this.tracer.getSpans().size() == count
				&& this.tracer.getSpans().stream().allMatch((span) -> span.getEndTimestamp().toEpochMilli() > 0));
		return List.copyOf(this.tracer.getSpans());
	}

	@Test
	void whenCallsAreObservedThenTheyAreTimedOnceOnEachSide() {
		server(Inner.class).run((inner) -> {
			client(inner, (client) -> {
				client.to("inner.{id}", 1).retrieve(String.class);
				assertThatExceptionOfType(PetrichorClientException.class)
					.isThrownBy(() -> client.to("made.up").retrieve(String.class));
			});
			await().untilAsserted(() -> {
				assertThat(timers("petrichor.client.calls")).containsExactlyInAnyOrder("inner.{id} success 1",
						"made.up no_route 1");
				assertThat(timers("petrichor.server.requests")).containsExactlyInAnyOrder("inner.{id} success 1",
						"UNKNOWN no_route 1");
			});
			assertThat(this.meters.find("petrichor.client.calls").functionTimers()).isEmpty();
			assertThat(this.meters.find("petrichor.server.requests").functionTimers()).isEmpty();
			assertThat(this.meters.get("petrichor.client.connections.opened").counter().count()).isOne();
		});
	}

	private List<String> timers(String name) {
		return this.meters.find(name)
			.timers()
			.stream()
			.map((Timer timer) -> timer.getId().getTag("route") + " " + timer.getId().getTag("outcome") + " "
					+ timer.count())
			.toList();
	}

	@Test
	void whenSubscriberHasAnObservationThenItIsTheParent() {
		server(Inner.class).run((inner) -> client(inner, (client) -> {
			Observation parent = Observation.start("parent", this.observations);
			client.to("inner.{id}", 1)
				.retrieveMono(String.class)
				.contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, parent))
				.block();
			parent.stop();
			List<SimpleSpan> spans = spans(3);
			SimpleSpan call = span(spans, Span.Kind.CLIENT, "petrichor inner.{id}");
			assertParent(call,
					spans.stream().filter((span) -> "parent".equals(span.getName())).findAny().orElseThrow());
		}));
	}

	@Test
	void whenApplicationHasConventionThenItIsUsed() {
		ClientCallObservationConvention convention = new DefaultClientCallObservationConvention() {

			@Override
			public KeyValues getLowCardinalityKeyValues(ClientCallContext context) {
				return super.getLowCardinalityKeyValues(context).and("region", "north");
			}

		};
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo)) {
			clients(server.port()).withBean(ClientCallObservationConvention.class, () -> convention).run((context) -> {
				context.getBean(PetrichorClient.class).to("any").retrieve(String.class);
				assertThat(spans(1).get(0).getTags()).containsEntry("region", "north")
					.containsEntry("client", "petrichor")
					.containsEntry("route", "any")
					.containsEntry("outcome", "success");
			});
		}
	}

	@Test
	void whenCallFailsThenSpanHasOutcomeAndError() {
		try (ScriptedServer server = ScriptedServer.plain((peer) -> peer.read())) {
			clients(server.port()).run((context) -> {
				assertThatExceptionOfType(PetrichorClientException.class)
					.isThrownBy(() -> context.getBean(PetrichorClient.class).to("any").retrieve(String.class));
				SimpleSpan span = spans(1).get(0);
				assertThat(span.getTags()).containsEntry("outcome", "abandoned");
				assertThat(span.getError()).isInstanceOf(PetrichorClientException.class);
			});
		}
	}

	@Test
	void whenNothingIsObservedThenHeaderIsAsTheApplicationWroteIt() {
		CompletableFuture<Message> request = new CompletableFuture<>();
		try (ScriptedServer server = ScriptedServer.plain((peer) -> {
			request.complete(peer.read());
			peer.send(Map.of(), "");
			peer.read();
		})) {
			clients(server.port()).withPropertyValues("petrichor.client.observation.enabled=false").run((context) -> {
				context.getBean(PetrichorClient.class).to("any").retrieve(String.class);
				assertThat(request.join().header().asMap()).isEqualTo(Map.of("to", "any"));
				assertThat(this.tracer.getSpans()).isEmpty();
				await().untilAsserted(
						() -> assertThat(this.meters.find("petrichor.client.calls").functionTimers()).hasSize(1));
			});
		}
	}

	@Test
	void whenThereIsNoTracerOrNoMicrometerThenClientCalls() {
		ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
			.of(PetrichorClientAutoConfiguration.class, PetrichorClientObservationAutoConfiguration.class));
		runner.withBean(ObservationRegistry.class, () -> this.observations)
			.run((context) -> assertThat(context).hasSingleBean(PetrichorClient.class)
				.doesNotHaveBean(ClientCallObservations.class));
		runner.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(PetrichorClient.class));
	}

	private ApplicationContextRunner server(Class<?> handlers) {
		return TestServer.with(handlers)
			.withConfiguration(AutoConfigurations.of(PetrichorServerObservationAutoConfiguration.class,
					PetrichorServerMetricsAutoConfiguration.class, PetrichorClientAutoConfiguration.class,
					PetrichorClientObservationAutoConfiguration.class, PetrichorClientMetricsAutoConfiguration.class))
			.withBean(ObservationRegistry.class, () -> this.observations)
			.withBean(MeterRegistry.class, () -> this.meters)
			.withBean(Tracer.class, () -> this.tracer);
	}

	private ApplicationContextRunner clients(int port) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PetrichorClientAutoConfiguration.class,
					PetrichorClientObservationAutoConfiguration.class, PetrichorClientMetricsAutoConfiguration.class))
			.withBean(ObservationRegistry.class, () -> this.observations)
			.withBean(MeterRegistry.class, () -> this.meters)
			.withBean(Tracer.class, () -> this.tracer)
			.withPropertyValues("petrichor.client.address=127.0.0.1:" + port);
	}

	private void client(AssertableApplicationContext server, java.util.function.Consumer<PetrichorClient> test) {
		clients(TestServer.port(server)).run((context) -> test.accept(context.getBean(PetrichorClient.class)));
	}

	private PetrichorClient client(String name, int port) {
		return PetrichorClient.builder()
			.name(name)
			.address("127.0.0.1:" + port)
			.observer(new ClientCallObservations(this.observations, null))
			.build();
	}

	static class Inner {

		@PetrichorHandler("inner.{id}")
		String inner() {
			return "inner";
		}

	}

	static class Outer {

		private final ObjectProvider<PetrichorClient> client;

		Outer(ObjectProvider<PetrichorClient> client) {
			this.client = client;
		}

		private PetrichorClient.RequestSpec inner() {
			return this.client.getObject().to("inner.{id}", 17);
		}

		@PetrichorHandler("executor")
		String executor() {
			return inner().retrieve(String.class);
		}

		@PetrichorHandler(route = "loop", blocking = false)
		CompletableFuture<String> loop() {
			return inner().retrieveAsync(String.class);
		}

		@PetrichorHandler("future")
		CompletableFuture<String> future() {
			return inner().retrieveAsync(String.class).thenApply((reply) -> reply);
		}

		@PetrichorHandler("mono")
		Mono<String> mono() {
			return inner().retrieveMono(String.class);
		}

		@PetrichorHandler("later")
		Mono<String> later() {
			return Mono.just("later")
				.publishOn(Schedulers.parallel())
				.flatMap((text) -> inner().retrieveMono(String.class));
		}

		@PetrichorHandler("flux")
		Mono<String> flux() {
			return inner().retrieveFlux(String.class).next();
		}

	}

}
