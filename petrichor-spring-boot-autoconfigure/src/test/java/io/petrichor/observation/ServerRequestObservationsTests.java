package io.petrichor.observation;

import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.test.simple.SimpleSpan;
import io.micrometer.tracing.test.simple.SimpleTracer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.tracing.autoconfigure.NoopTracerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.petrichor.autoconfigure.PetrichorServerMetricsAutoConfiguration;
import io.petrichor.autoconfigure.PetrichorServerObservationAutoConfiguration;
import io.petrichor.handler.PetrichorException;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.metrics.RequestMetrics;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;
import io.petrichor.testing.W3cPropagator;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests as observations, with Micrometer's test tracer.
 */
class ServerRequestObservationsTests {

	private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

	private static final String TRACEPARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

	private final SimpleTracer tracer = new SimpleTracer();

	@Test
	void whenPeerSendsItsTraceThenRequestIsPartOfIt() {
		observed().run((context) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				peer.request(Map.of("to", "blocking", "traceparent", TRACEPARENT), "");
			}
			SimpleSpan span = span();
			assertThat(span.getTraceId()).isEqualTo(TRACE);
			assertThat(span.getName()).isEqualTo("petrichor blocking");
			assertThat(span.getTags()).containsEntry("route", "blocking")
				.containsEntry("outcome", "success")
				.containsKey("petrichor.connection");
		});
	}

	@Test
	void whenHandlerRunsThenItsSpanIsCurrentOnWhateverThread() {
		observed().run((context) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				for (String route : new String[] { "blocking", "reactive", "future" }) {
					assertThat(peer.request(Map.of("to", route, "traceparent", TRACEPARENT), "").body().asText())
						.as(route)
						.isEqualTo(TRACE);
				}
			}
		});
	}

	@Test
	void whenHandlerFailsThenSpanHasOutcomeAndError() {
		observed().run((context) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				peer.request(Map.of("to", "fails"), "");
			}
			assertThat(span().getTags()).containsEntry("outcome", "app");
			assertThat(span().getError()).isInstanceOf(PetrichorException.class);
		});
	}

	@Test
	void whenPeerSendsNonsenseAsTraceThenRequestStartsOne() {
		observed().run((context) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				assertThat(peer.request(Map.of("to", "blocking", "traceparent", "nonsense"), "").body().asText())
					.isNotEqualTo(TRACE);
			}
		});
	}

	@Test
	void whenRequestsAreObservedThenTheyAreTimedOnce() {
		observed().run((context) -> {
			assertThat(context).doesNotHaveBean(RequestMetrics.class);
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				peer.request(Map.of("to", "blocking"), "");
				peer.request(Map.of("to", "made.up"), "");
			}
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			Awaitility.await()
				.untilAsserted(() -> assertThat(meters.find("petrichor.server.requests").timers())
					.extracting((timer) -> timer.getId().getTag("route") + " " + timer.getId().getTag("outcome") + " "
							+ timer.count())
					.containsExactlyInAnyOrder("blocking success 1", "UNKNOWN no_route 1"));
			assertThat(meters.find("petrichor.server.requests").functionTimers()).isEmpty();
		});
	}

	@Test
	void whenApplicationHasConventionThenItIsUsed() {
		ServerRequestObservationConvention convention = new DefaultServerRequestObservationConvention() {

			@Override
			public KeyValues getLowCardinalityKeyValues(ServerRequestContext context) {
				return super.getLowCardinalityKeyValues(context).and("region", "north");
			}

		};
		observed().withBean(ServerRequestObservationConvention.class, () -> convention).run((context) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				peer.request(Map.of("to", "blocking"), "");
			}
			assertThat(span().getTags()).containsEntry("region", "north");
		});
	}

	@Test
	void whenThereIsNoTracerThenNothingIsObserved() {
		TestServer.with()
			.withBean(Handlers.class, () -> new Handlers(this.tracer))
			.withConfiguration(AutoConfigurations.of(PetrichorServerObservationAutoConfiguration.class))
			.withBean(ObservationRegistry.class, ObservationRegistry::create)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ServerRequestObservations.class));
	}

	@Test
	void whenTracerIsTheOneThatDoesNothingThenNothingIsObserved() {
		TestServer.with()
			.withBean(Handlers.class, () -> new Handlers(this.tracer))
			.withConfiguration(AutoConfigurations.of(PetrichorServerObservationAutoConfiguration.class,
					NoopTracerAutoConfiguration.class))
			.withBean(ObservationRegistry.class, ObservationRegistry::create)
			.run((context) -> assertThat(context).hasSingleBean(Tracer.class)
				.doesNotHaveBean(ServerRequestObservations.class));
	}

	@Test
	void whenObservationIsOffThenNothingIsObserved() {
		observed().withPropertyValues("petrichor.server.observation.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ServerRequestObservations.class)
				.hasSingleBean(RequestMetrics.class));
	}

	@Test
	void whenMicrometerIsNotThereThenServerStarts() {
		TestServer.with()
			.withBean(Handlers.class, () -> new Handlers(this.tracer))
			.withConfiguration(AutoConfigurations.of(PetrichorServerObservationAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	private ApplicationContextRunner observed() {
		ObservationRegistry observations = ObservationRegistry.create();
		MeterRegistry meters = new SimpleMeterRegistry();
		observations.observationConfig()
			.observationHandler(
					new PropagatingReceiverTracingObservationHandler<>(this.tracer, new W3cPropagator(this.tracer)))
			.observationHandler(new DefaultMeterObservationHandler(meters));
		return TestServer.with()
			.withBean(Handlers.class, () -> new Handlers(this.tracer))
			.withConfiguration(AutoConfigurations.of(PetrichorServerObservationAutoConfiguration.class,
					PetrichorServerMetricsAutoConfiguration.class))
			.withBean(ObservationRegistry.class, () -> observations)
			.withBean(MeterRegistry.class, () -> meters)
			.withBean(Tracer.class, () -> this.tracer);
	}

	private SimpleSpan span() {
		Awaitility.await().until(() -> this.tracer.getSpans().size() == 1 && this.tracer.onlySpan() != null);
		return this.tracer.onlySpan();
	}

	static class Handlers {

		private final Tracer tracer;

		Handlers(Tracer tracer) {
			this.tracer = tracer;
		}

		@PetrichorHandler("blocking")
		String blocking() {
			return current();
		}

		@PetrichorHandler("reactive")
		Mono<String> reactive() {
			return Mono.deferContextual((context) -> {
				ServerRequestContext request = (ServerRequestContext) context
					.<Observation>get(ObservationThreadLocalAccessor.KEY)
					.getContext();
				return Mono.just(request.getCarrier().header().text("traceparent").substring(3, 35));
			});
		}

		@PetrichorHandler("future")
		CompletableFuture<String> future() {
			return CompletableFuture.completedFuture(current());
		}

		@PetrichorHandler("fails")
		void fails() {
			throw new PetrichorException("app.sold_out", "");
		}

		private String current() {
			return this.tracer.currentSpan().context().traceId();
		}

	}

}
