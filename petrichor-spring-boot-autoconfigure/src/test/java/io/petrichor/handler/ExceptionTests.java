package io.petrichor.handler;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

import io.petrichor.protocol.Message;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class ExceptionTests {

	private static final String[] ROUTES = { "sync", "mono", "future", "flux", "stream", "thrown-in-mono" };

	@Test
	void whenHandlerFailsInAnyWayThenClosestExceptionHandlerAnswers() {
		TestServer.run(TestServer.with(Failing.class, Own.class), (port) -> {
			for (Map<String, ?> can : List.of(Map.<String, Object>of(), Map.of("can", Map.of("re", 8, "more", true)))) {
				try (RawPeer peer = RawPeer.welcomed(port, can)) {
					for (String to : ROUTES) {
						Message reply = peer.request(Map.of("to", to, "id", 1), "sold-out");
						assertThat(reply.header().text("error")).as(to).isEqualTo("app.sold_out");
						assertThat(reply.body().asText()).isEqualTo("sku 7");
					}
				}
			}
		});
	}

	@Test
	void whenExceptionIsOnlyInAdviceThenAdvicesAreAskedInTheirOrder() {
		TestServer.run(TestServer.with(Failing.class, Advices.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				Message reply = peer.request(Map.of("to", "sync"), "state");
				assertThat(reply.header().text("error")).isEqualTo("app.first");
				assertThat(reply.header().integer("retry")).isEqualTo(1500);
			}
		});
	}

	@Test
	void whenCauseIsHandledThenWrapperIsToo() {
		TestServer.run(TestServer.with(Failing.class, Own.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of("to", "sync"), "wrapped").header().text("error"))
					.isEqualTo("app.sold_out");
			}
		});
	}

	@Test
	void whenNoMethodHandlesItThenTranslatorsAreAsked() {
		TestServer.run(TestServer.with(Failing.class, Own.class, Translators.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of("to", "sync"), "state").header().text("error"))
					.isEqualTo("app.translated");
			}
		});
	}

	@Test
	void whenExceptionIsUnknownThenPeerGetsReferenceAndLogHasItOnceWithStackTrace(CapturedOutput output) {
		TestServer.run(TestServer.with(Failing.class, Own.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				Message reply = peer.request(Map.of("to", "sync"), "state");
				assertThat(reply.header().text("error")).isEqualTo("internal");
				String sentence = reply.body().asText();
				assertThat(sentence).matches("internal error, reference [0-9a-f]{8}");
				String reference = sentence.substring(sentence.length() - 8);
				assertThat(output.getAll()).containsOnlyOnce(reference)
					.contains("java.lang.IllegalStateException: secret");
			}
		});
	}

	@Test
	void whenExceptionHandlerFailsThenThatIsInternal(CapturedOutput output) {
		TestServer.run(TestServer.with(Failing.class, Own.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of("to", "sync"), "argument").header().text("error")).isEqualTo("internal");
				assertThat(output.getAll()).contains("the handler of exceptions is broken")
					.contains("Suppressed: java.lang.IllegalArgumentException");
			}
		});
	}

	@Test
	void whenStackOverflowsThenItIsAnsweredAndServerLives() {
		TestServer.run(TestServer.with(Failing.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				for (String to : new String[] { "sync", "thrown-in-mono", "on-loop" }) {
					assertThat(peer.request(Map.of("to", to), "overflow").header().text("error")).as(to)
						.isEqualTo("internal");
				}
				assertThat(peer.request(Map.of("to", "sync"), "fine").body().asText()).isEqualTo("fine");
			}
		});
	}

	@Test
	void whenTwoMethodsOfOneClassHandleOneExceptionThenStartFails() {
		TestServer.with(Twice.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(UnbindableHandlerException.class)
				.hasMessageContaining("another method of its class"));
	}

	@Test
	void whenReplyCannotBeEncodedThenItIsInternalAndNothingIsTorn() {
		TestServer.run(TestServer.with(Failing.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of("to", "unencodable"), "").header().text("error")).isEqualTo("internal");
				assertThat(peer.request(Map.of("to", "sync"), "fine").body().asText()).isEqualTo("fine");
			}
		});
	}

	@Test
	void whenInterceptorsAreOrderedThenFirstIsOutermost() {
		TestServer.run(TestServer.with(Failing.class, Interceptors.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of("to", "sync"), "fine").body().asText()).isEqualTo("1(2(fine))");
			}
		});
	}

	static class SoldOut extends RuntimeException {

		private static final long serialVersionUID = 1L;

	}

	static class Failing {

		@PetrichorHandler("sync")
		String sync(String what) throws Exception {
			return fail(what);
		}

		@PetrichorHandler(route = "on-loop", blocking = false)
		String onLoop(String what) throws Exception {
			return fail(what);
		}

		@PetrichorHandler("mono")
		Mono<String> mono(String what) {
			return Mono.delay(Duration.ofMillis(1)).map((tick) -> failUnchecked(what));
		}

		@PetrichorHandler("thrown-in-mono")
		Mono<String> thrownInMono(String what) {
			return Mono.fromCallable(() -> fail(what));
		}

		@PetrichorHandler("future")
		CompletableFuture<String> future(String what) {
			return CompletableFuture.supplyAsync(() -> failUnchecked(what));
		}

		@PetrichorHandler("flux")
		Flux<String> flux(String what) {
			return Flux.defer(() -> Flux.just(failUnchecked(what)));
		}

		@PetrichorHandler("stream")
		Stream<String> stream(String what) {
			return Stream.of(what).map(this::failUnchecked);
		}

		@PetrichorHandler("unencodable")
		Map<String, Object> unencodable() {
			return Map.of("number", Double.NaN);
		}

		private String failUnchecked(String what) {
			try {
				return fail(what);
			}
			catch (RuntimeException ex) {
				throw ex;
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}

		private String fail(String what) throws Exception {
			return switch (what) {
				case "sold-out" -> throw new SoldOut();
				case "wrapped" -> throw new Exception(new SoldOut());
				case "state" -> throw new IllegalStateException("secret");
				case "argument" -> throw new IllegalArgumentException();
				case "overflow" -> fail(what) + fail(what);
				default -> what;
			};
		}

	}

	@PetrichorAdvice
	static class Own {

		@PetrichorExceptionHandler
		PetrichorError soldOut(SoldOut ex, @Header(name = "sku", defaultValue = "7") String sku) {
			return PetrichorError.of("app.sold_out", "sku " + sku);
		}

		@PetrichorExceptionHandler(IllegalArgumentException.class)
		String broken() {
			throw new UnsupportedOperationException("the handler of exceptions is broken");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Advices {

		@Bean
		@Order(2)
		Second second() {
			return new Second();
		}

		@Bean
		@Order(1)
		First first() {
			return new First();
		}

	}

	@PetrichorAdvice
	static class First {

		@PetrichorExceptionHandler
		PetrichorError any(RuntimeException ex) {
			return PetrichorError.of("app.first", "").retryAfter(Duration.ofMillis(1500));
		}

	}

	@PetrichorAdvice
	static class Second {

		@PetrichorExceptionHandler
		PetrichorError closer(IllegalStateException ex) {
			return PetrichorError.of("app.second", "");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Translators {

		@Bean
		@Order(2)
		ExceptionTranslator all() {
			return (failure, request) -> PetrichorError.of("app.all", "");
		}

		@Bean
		@Order(1)
		ExceptionTranslator some() {
			return (failure, request) -> (failure instanceof IllegalStateException)
					? PetrichorError.of("app.translated", "") : null;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Interceptors {

		@Bean
		@Order(2)
		PetrichorInterceptor second() {
			return (request, next) -> "2(" + next.handle(request) + ")";
		}

		@Bean
		@Order(1)
		PetrichorInterceptor first() {
			return (request, next) -> "1(" + next.handle(request) + ")";
		}

	}

	static class Twice {

		@PetrichorExceptionHandler
		void one(SoldOut ex) {
		}

		@PetrichorExceptionHandler(SoldOut.class)
		void two() {
		}

	}

}
