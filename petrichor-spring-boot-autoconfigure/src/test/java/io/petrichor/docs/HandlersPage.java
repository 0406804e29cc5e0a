package io.petrichor.docs;

import java.security.Principal;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

import io.petrichor.handler.Body;
import io.petrichor.handler.ExceptionTranslator;
import io.petrichor.handler.HandlerArgumentResolver;
import io.petrichor.handler.HandlerRegistry;
import io.petrichor.handler.Header;
import io.petrichor.handler.PetrichorAdvice;
import io.petrichor.handler.PetrichorConnections;
import io.petrichor.handler.PetrichorError;
import io.petrichor.handler.PetrichorExceptionHandler;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.handler.PetrichorInterceptor;
import io.petrichor.handler.Request;
import io.petrichor.handler.RouteVariable;
import io.petrichor.protocol.ErrorCode;
import io.petrichor.server.ConnectionClosed;

/**
 * What docs/handlers.md shows.
 */
interface HandlersPage {

	record OrderForm(String sku, int quantity) {
	}

	record Receipt(long number) {
	}

	record Line(String sku) {
	}

	class SoldOutException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		String sku() {
			return "7";
		}

	}

	// tag::handlers-first
	@Component
	@PetrichorHandler("orders")
	class Orders {

		@PetrichorHandler("create")
		Receipt create(OrderForm order, @Header("tenant") String tenant, @Nullable Principal user) {
			return new Receipt(1);
		}

		@PetrichorHandler("{id}.lines")
		Flux<Line> lines(@RouteVariable long id) {
			return Flux.just(new Line("a"), new Line("b"));
		}

		@PetrichorExceptionHandler
		PetrichorError soldOut(SoldOutException ex) {
			return PetrichorError.of("app.sold_out", ex.sku());
		}

	}
	// end::handlers-first

	// tag::handlers-roles
	@Component
	@PetrichorHandler(route = "stock", roles = "staff")
	class Stock {

		@PetrichorHandler("count")
		int count() {
			return 3;
		}

		@PetrichorHandler(route = "clear", roles = { "admin", "owner" })
		void clear() {
		}

	}
	// end::handlers-roles

	class Methods {

		// tag::handlers-parameters
		@PetrichorHandler("report")
		String report(@Body byte[] raw, @Header(defaultValue = "30s") Duration within,
				@Header(required = false) @Nullable String note) {
			return raw.length + " bytes within " + within.toSeconds() + " s";
		}
		// end::handlers-parameters

		// tag::handlers-streams
		@PetrichorHandler("ticks")
		Flux<Long> ticks() {
			return Flux.interval(Duration.ofSeconds(1)).take(3);
		}

		@PetrichorHandler("numbers")
		Stream<Integer> numbers() {
			return Stream.of(1, 2, 3);
		}

		@PetrichorHandler("later")
		Mono<String> later() {
			return Mono.delay(Duration.ofMillis(10)).thenReturn("done");
		}
		// end::handlers-streams

	}

	// tag::handlers-advice
	@PetrichorAdvice
	class Failures {

		@PetrichorExceptionHandler
		PetrichorError overloaded(IllegalStateException ex, Request request) {
			return PetrichorError.of(ErrorCode.BUSY, "try again").retryAfter(Duration.ofSeconds(1));
		}

	}
	// end::handlers-advice

	@Configuration(proxyBeanMethods = false)
	class Beans {

		// tag::handlers-translator
		@Bean
		ExceptionTranslator arithmetic() {
			return (failure, request) -> (failure instanceof ArithmeticException)
					? PetrichorError.of("app.arithmetic", "cannot be computed") : null;
		}
		// end::handlers-translator

		// tag::handlers-interceptor
		@Bean
		@Order(1)
		PetrichorInterceptor onlyOnWeekdays() {
			return (request, next) -> request.header().flag("weekend")
					? PetrichorError.of(ErrorCode.DENIED, "come back on Monday") : next.handle(request);
		}
		// end::handlers-interceptor

		// tag::handlers-resolver
		@Bean
		HandlerArgumentResolver locale() {
			return new HandlerArgumentResolver() {

				@Override
				public boolean supportsParameter(MethodParameter parameter) {
					return parameter.getParameterType() == Locale.class;
				}

				@Override
				public Object resolveArgument(MethodParameter parameter, Request request) {
					String language = request.header().text("language");
					return (language != null) ? Locale.forLanguageTag(language) : Locale.ROOT;
				}

			};
		}
		// end::handlers-resolver

	}

	// tag::handlers-registry
	@Component
	class ByHand {

		ByHand(HandlerRegistry registry) {
			registry.register("version", (request) -> "1.0");
		}

	}
	// end::handlers-registry

	// tag::handlers-push
	@Component
	class News {

		private final PetrichorConnections connections;

		News(PetrichorConnections connections) {
			this.connections = connections;
		}

		void publish(String headline) {
			this.connections.all()
				.stream()
				.filter((connection) -> connection.capabilities().push() && connection.capabilities().oneway())
				.forEach((connection) -> connection.send("news", headline));
		}

		@EventListener
		void closed(ConnectionClosed event) {
			System.out.println(event.connection().id() + " is gone: " + event.reason());
		}

	}
	// end::handlers-push

}
