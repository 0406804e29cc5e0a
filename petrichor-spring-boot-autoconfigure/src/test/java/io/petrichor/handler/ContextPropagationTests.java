package io.petrichor.handler;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.micrometer.context.ContextRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.FilteredClassLoader;

import io.petrichor.protocol.Message;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What stands in a {@code ThreadLocal} around the call of a handler stands there also
 * where the handler does its work later.
 */
class ContextPropagationTests {

	private static final ThreadLocal<@Nullable String> TENANT = new ThreadLocal<>();

	private static final Map<String, Object> CAN = Map.of("can", Map.of("re", 8, "more", true));

	private static final List<String> ROUTES = List.of("value", "on-loop", "mono", "flux", "stream", "iterator",
			"by-hand", "object");

	@BeforeEach
	void register() {
		ContextRegistry.getInstance().registerThreadLocalAccessor("tenant", TENANT);
	}

	@AfterEach
	void unregister() {
		ContextRegistry.getInstance().removeThreadLocalAccessor("tenant");
	}

	@Test
	void whenInterceptorSetsThreadLocalThenItIsThereWhereverTheHandlerWorks() {
		TestServer.with(Handlers.class, Tenants.class).run((context) -> {
			byHand(context.getBean(HandlerRegistry.class));
			for (Map<String, Object> can : List.of(Map.<String, Object>of(), CAN)) {
				try (RawPeer peer = RawPeer.welcomed(TestServer.port(context), can)) {
					for (String to : ROUTES) {
						for (String tenant : List.of("acme", "ajax")) {
							Message reply = peer.request(Map.of("to", to, "id", 1, "tenant", tenant), "");
							assertThat(first(reply)).as("%s to %s", to, can).isEqualTo(tenant);
							if (reply.header().flag("more")) {
								assertThat(peer.read().body().isNull()).isTrue();
							}
						}
					}
				}
			}
		});
	}

	@Test
	void whenThreadIsUsedAgainThenNothingIsLeftOnIt() {
		TestServer.with(Handlers.class, Tenants.class)
			.withPropertyValues("petrichor.server.dispatch.threads=1")
			.run((context) -> {
				try (RawPeer peer = RawPeer.welcomed(TestServer.port(context), CAN)) {
					for (String to : List.of("stream", "iterator", "flux")) {
						peer.request(Map.of("to", to, "id", 1, "tenant", "acme"), "");
						peer.read();
						assertThat(peer.request(Map.of("to", "value"), "").body().asText()).isEqualTo("null");
						assertThat(peer.request(Map.of("to", "on-loop"), "").body().asText()).isEqualTo("null");
					}
				}
			});
	}

	@Test
	void whenContextPropagationIsAbsentThenHandlersWorkWithoutIt() {
		TestServer.with(Handlers.class)
			.withClassLoader(new FilteredClassLoader("io.micrometer.context"))
			.run((context) -> {
				try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
					assertThat(peer.request(Map.of("to", "stream"), "").body().value()).isEqualTo(List.of("null"));
				}
			});
	}

	private static void byHand(HandlerRegistry registry) {
		registry.register("by-hand", (request) -> Mono.delay(Duration.ofMillis(1))
			.<String>handle((tick, sink) -> sink.next(String.valueOf(TENANT.get()))));
	}

	private static @Nullable Object first(Message reply) {
		Object value = reply.body().value();
		return (value instanceof List<?> list) ? list.get(0) : value;
	}

	static class Handlers {

		@PetrichorHandler("value")
		String value() {
			return String.valueOf(TENANT.get());
		}

		@PetrichorHandler(route = "on-loop", blocking = false)
		String onLoop() {
			return String.valueOf(TENANT.get());
		}

		@PetrichorHandler("mono")
		Mono<String> mono() {
			return Mono.delay(Duration.ofMillis(1)).handle((tick, sink) -> sink.next(String.valueOf(TENANT.get())));
		}

		@PetrichorHandler("flux")
		Flux<String> flux() {
			return Flux.just(1)
				.delayElements(Duration.ofMillis(1))
				.handle((tick, sink) -> sink.next(String.valueOf(TENANT.get())));
		}

		@PetrichorHandler("stream")
		Stream<String> stream() {
			return Stream.of(1).map((n) -> String.valueOf(TENANT.get()));
		}

		@PetrichorHandler("iterator")
		Iterator<String> iterator() {
			return Stream.of(1).map((n) -> String.valueOf(TENANT.get())).iterator();
		}

		@PetrichorHandler("object")
		Object object() {
			return mono();
		}

	}

	static class Tenants implements PetrichorInterceptor {

		@Override
		public @Nullable Object intercept(Request request, Handler next) throws Exception {
			TENANT.set(request.header().text("tenant"));
			try {
				return next.handle(request);
			}
			finally {
				TENANT.remove();
			}
		}

	}

}
