package io.petrichor.handler;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.math.BigDecimal;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.AliasFor;
import org.springframework.core.convert.converter.Converter;
import org.springframework.validation.Errors;
import org.springframework.validation.SmartValidator;
import org.springframework.validation.annotation.Validated;

import io.petrichor.protocol.Message;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What handler methods may have as parameters, and what happens to requests that do not
 * fit.
 */
class ParameterTests {

	@Test
	void whenRequestFitsThenEveryKindOfParameterIsBound() {
		TestServer.run(TestServer.with(Handlers.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(answer(peer, Map.of("to", "header", "n", 7), "")).isEqualTo(8L);
				assertThat(answer(peer, Map.of("to", "header", "n", "7"), "")).isEqualTo(8L);
				assertThat(answer(peer, Map.of("to", "default"), "")).isEqualTo("PT1S");
				assertThat(answer(peer, Map.of("to", "default", "wait", 250), "")).isEqualTo("PT0.25S");
				assertThat(answer(peer, Map.of("to", "nullable"), "")).isEqualTo("none");
				assertThat(answer(peer, Map.of("to", "optional"), "")).isEqualTo("none");
				assertThat(answer(peer, Map.of("to", "optional", "name", "x"), "")).isEqualTo("x");
				assertThat(answer(peer, Map.of("to", "tenant", "tenant", "acme"), "")).isEqualTo("acme");
				assertThat(answer(peer, Map.of("to", "headers", "a", 1, "b", List.of("x")), ""))
					.isEqualTo(Map.of("to", "headers", "a", 1L, "b", List.of("x")));
				assertThat(answer(peer, Map.of("to", "bytes", "raw", "\u00e4"), "")).isEqualTo(2L);
				assertThat(answer(peer, Map.of("to", "converted", "sku", "AB-7"), "")).isEqualTo("AB");
				assertThat(answer(peer, Map.of("to", "own"), "")).isEqualTo("de");
				assertThat(answer(peer, Map.of("to", "message"), "m")).isEqualTo("message m zed");
				assertThat(answer(peer, Map.of("to", "list"), List.of(1, 2, 3))).isEqualTo(6L);
				assertThat(answer(peer, Map.of("to", "record"), Map.of("sku", "a", "quantity", 2))).isEqualTo("a x 2");
				assertThat(answer(peer, Map.of("to", "records"),
						List.of(Map.of("sku", "a", "quantity", 2), Map.of("sku", "b", "quantity", 3))))
					.isEqualTo(5L);
				assertThat(answer(peer, Map.of("to", "object"), null)).isNull();
				assertThat(answer(peer, Map.of("to", "optional-body"), null)).isEqualTo("nothing");
				assertThat(answer(peer, Map.of("to", "return-record"), ""))
					.isEqualTo(Map.of("sku", "a", "quantity", 1L));
				assertThat(answer(peer, Map.of("to", "return-records"), ""))
					.isEqualTo(List.of(Map.of("sku", "a", "quantity", 1L)));
			}
		});
	}

	@Test
	void whenRequestDoesNotFitThenBadRequestNamesWhatIsWrong() {
		TestServer.run(TestServer.with(Handlers.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertBadRequest(peer.request(Map.of("to", "header"), ""), "header 'n' is missing");
				assertBadRequest(peer.request(Map.of("to", "header", "n", "x"), ""),
						"header 'n' cannot be read as Integer");
				assertBadRequest(peer.request(Map.of("to", "header", "n", 1L << 40), ""),
						"header 'n' cannot be read as Integer");
				assertBadRequest(peer.request(Map.of("to", "header", "n", new byte[] { (byte) 0xff }), ""),
						"header 'n' cannot be read as Integer");
				assertBadRequest(peer.request(Map.of("to", "list"), "x"), "body: Expected LIST but this is BYTES");
				assertBadRequest(peer.request(Map.of("to", "list"), List.of("x")),
						"body: Expected INTEGER but this is BYTES");
				assertBadRequest(peer.request(Map.of("to", "text"), null), "body: it must not be null");
				assertBadRequest(peer.request(Map.of("to", "record"), "x"), "body: it cannot be read");
			}
		});
	}

	@Test
	void whenFieldOfRecordDoesNotFitThenBadRequestHasItsPath() {
		TestServer.run(TestServer.with(Handlers.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				Message reply = peer.request(Map.of("to", "records"),
						List.of(Map.of("sku", "a", "quantity", Map.of("secret", 1))));
				assertThat(reply.header().text("error")).isEqualTo("bad_request");
				assertThat(reply.body().asMap().get("fields").toString()).contains("[0].quantity")
					.doesNotContain("secret");
			}
		});
	}

	@Test
	void whenBodyIsNotValidThenBadRequestHasItsFields() {
		TestServer.run(TestServer.with(Validating.class, PositiveQuantity.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(answer(peer, Map.of("to", "order"), Map.of("sku", "a", "quantity", 1))).isEqualTo("ok");
				Message reply = peer.request(Map.of("to", "order"), Map.of("sku", "a", "quantity", 0));
				assertThat(reply.header().text("error")).isEqualTo("bad_request");
				assertThat(reply.body().asMap().get("fields")).isEqualTo(Map.of("quantity", "must be positive"));
			}
		});
	}

	@Test
	void whenPeerIsAnonymousThenHandlerThatNeedsUserIsDenied() {
		TestServer.run(TestServer.with(Users.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of("to", "user"), "").header().text("error")).isEqualTo("denied");
				assertThat(answer(peer, Map.of("to", "perhaps"), "")).isEqualTo("anonymous");
			}
		});
	}

	@Test
	void whenHandlerIsInheritedThenItsTypeVariablesAreThoseOfTheBean() {
		TestServer.run(TestServer.with(ItemHandlers.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				Map<String, Object> item = Map.of("sku", "a", "quantity", 2);
				assertThat(answer(peer, Map.of("to", "one"), item)).isEqualTo("a");
				assertThat(answer(peer, Map.of("to", "perhaps"), item)).isEqualTo("a");
				assertThat(answer(peer, Map.of("to", "all"), List.of(item, item))).isEqualTo("a,a");
			}
		});
	}

	@Test
	void whenPeerIsAuthenticatedThenPrincipalIsBound() {
		TestServer.run(TestServer.with(Users.class, LetIn.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(answer(peer, Map.of("to", "user"), "")).isEqualTo("Zed");
				assertThat(answer(peer, Map.of("to", "perhaps"), "")).isEqualTo("Zed");
			}
		});
	}

	@ParameterizedTest
	@MethodSource
	void whenSignatureIsWrongThenStartFailsAndNamesMethod(Class<?> handler, String reason) {
		TestServer.with(handler).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(context.getStartupFailure()).isInstanceOf(UnbindableHandlerException.class)
				.hasMessageContaining(handler.getSimpleName() + ".handle(")
				.hasMessageContaining(reason);
		});
	}

	static List<Arguments> whenSignatureIsWrongThenStartFailsAndNamesMethod() {
		return List.of(Arguments.of(TwoBodies.class, "two parameters that could be the body"),
				Arguments.of(NotRequiredInt.class, "cannot be null"), Arguments.of(BadDefault.class, "defaultValue"),
				Arguments.of(NoConversion.class, "no value of a header or route can be converted"),
				Arguments.of(UnknownVariable.class, "'order' that is not in its route"),
				Arguments.of(PartOfSegment.class, "a variable is a whole segment"),
				Arguments.of(NoValidator.class, "there is no validator"),
				Arguments.of(HeadersAsList.class, "which is no Map"), Arguments.of(Unbindable.class, "cannot be bound"),
				Arguments.of(Deferred.class, "returns something that is run, and not a value"));
	}

	@Test
	void whenJacksonIsAbsentThenRecordsFailTheStartAndSayWhatToAdd() {
		TestServer.with(TakesRecord.class)
			.withClassLoader(new FilteredClassLoader("tools.jackson"))
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(UnbindableHandlerException.class)
				.hasMessageContaining("jackson-databind"));
	}

	@Test
	void whenJacksonIsAbsentThenReturnedRecordsFailTheStartAndSayWhatToAdd() {
		TestServer.with(ReturnsRecord.class)
			.withClassLoader(new FilteredClassLoader("tools.jackson"))
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(UnbindableHandlerException.class)
				.hasMessageContaining("jackson-databind"));
	}

	@Test
	void whenJacksonIsAbsentThenEverythingElseWorks() {
		TestServer.run(TestServer.with(Plain.class).withClassLoader(new FilteredClassLoader("tools.jackson")),
				(port) -> {
					try (RawPeer peer = RawPeer.welcomed(port)) {
						assertThat(answer(peer, Map.of("to", "sum"), Map.of("a", 1, "b", new BigDecimal("2.5"))))
							.isEqualTo(3.5);
						assertThat(answer(peer, Map.of("to", "names"), List.of("a", "b"))).isEqualTo("a,b");
					}
				});
	}

	private static @Nullable Object answer(RawPeer peer, Map<String, ?> header, @Nullable Object body) {
		Message reply = peer.request(header, body);
		assertThat(reply.header().get("error")).as(reply.body().toString()).isNull();
		return reply.body().value();
	}

	private static void assertBadRequest(Message reply, String body) {
		assertThat(reply.header().text("error")).isEqualTo("bad_request");
		assertThat(reply.body().value()).isEqualTo(body);
	}

	record Item(String sku, int quantity) {
	}

	record Prefix(String text) {
	}

	abstract static class ItemsHandler<T> {

		@PetrichorHandler("one")
		String one(T item) {
			return name(item);
		}

		@PetrichorHandler("perhaps")
		String perhaps(Optional<T> item) {
			return name(item.orElseThrow());
		}

		@PetrichorHandler("all")
		String all(List<T> items) {
			return items.stream().map(this::name).collect(Collectors.joining(","));
		}

		abstract String name(T item);

	}

	static class ItemHandlers extends ItemsHandler<Item> {

		@Override
		String name(Item item) {
			return item.sku();
		}

	}

	@Target(ElementType.PARAMETER)
	@Retention(RetentionPolicy.RUNTIME)
	@Header("tenant")
	@interface Tenant {

		@AliasFor(annotation = Header.class)
		boolean required() default true;

	}

	@Configuration(proxyBeanMethods = false)
	static class Handlers {

		@PetrichorHandler("header")
		int header(@Header int n) {
			return n + 1;
		}

		@PetrichorHandler("default")
		String defaulted(@Header(name = "wait", defaultValue = "${no.such.property:1s}") Duration wait) {
			return wait.toString();
		}

		@PetrichorHandler("nullable")
		String nullable(@Header("name") @Nullable String name) {
			return (name != null) ? name : "none";
		}

		@PetrichorHandler("optional")
		String optional(@Header("name") Optional<String> name) {
			return name.orElse("none");
		}

		@PetrichorHandler("tenant")
		String tenant(@Tenant String tenant) {
			return tenant;
		}

		@PetrichorHandler("headers")
		Map<String, Object> headers(@Headers Map<String, Object> headers) {
			return headers;
		}

		@PetrichorHandler("bytes")
		int bytes(@Header byte[] raw) {
			return raw.length;
		}

		@PetrichorHandler("converted")
		String converted(@Header("sku") Prefix prefix) {
			return prefix.text();
		}

		@PetrichorHandler("own")
		String own(Locale locale) {
			return locale.getLanguage();
		}

		@PetrichorHandler("message")
		String message(Message message, io.petrichor.protocol.Header header, PetrichorConnection connection,
				Request request) {
			assertThat(request.message()).isSameAs(message);
			return header.text("to") + " " + message.body().asText() + " " + connection.user();
		}

		@PetrichorHandler("list")
		long list(@Body List<Long> numbers) {
			return numbers.stream().mapToLong(Long::longValue).sum();
		}

		@PetrichorHandler("record")
		String record(Item item) {
			return item.sku() + " x " + item.quantity();
		}

		@PetrichorHandler("records")
		int records(List<Item> items) {
			return items.stream().mapToInt(Item::quantity).sum();
		}

		@PetrichorHandler("object")
		@Nullable Object object(@Nullable Object body) {
			return body;
		}

		@PetrichorHandler("text")
		String text(String body) {
			return body;
		}

		@PetrichorHandler("optional-body")
		String optionalBody(Optional<String> body) {
			return body.orElse("nothing");
		}

		@PetrichorHandler("return-record")
		Item returnRecord() {
			return new Item("a", 1);
		}

		@PetrichorHandler("return-records")
		List<Item> returnRecords() {
			return List.of(new Item("a", 1));
		}

		@Bean
		Converter<String, Prefix> prefixes() {
			// Not a lambda: its types have to be known.
			return new Converter<>() {

				@Override
				public Prefix convert(String source) {
					return new Prefix(source.substring(0, source.indexOf('-')));
				}

			};
		}

		@Bean
		HandlerArgumentResolver locales() {
			return new HandlerArgumentResolver() {

				@Override
				public boolean supportsParameter(MethodParameter parameter) {
					return parameter.getParameterType() == Locale.class;
				}

				@Override
				public Object resolveArgument(MethodParameter parameter, Request request) {
					return Locale.GERMAN;
				}

			};
		}

	}

	static class Validating {

		@PetrichorHandler("order")
		String order(@Body @Validated Item item) {
			return "ok";
		}

	}

	static class PositiveQuantity implements SmartValidator {

		@Override
		public boolean supports(Class<?> type) {
			return type == Item.class;
		}

		@Override
		public void validate(Object target, Errors errors) {
			if (((Item) target).quantity() <= 0) {
				errors.rejectValue("quantity", "positive", "must be positive");
			}
		}

		@Override
		public void validate(Object target, Errors errors, Object... hints) {
			validate(target, errors);
		}

	}

	static class Users {

		@PetrichorHandler("user")
		String user(Principal user) {
			return user.getName();
		}

		@PetrichorHandler("perhaps")
		String perhaps(@Nullable Principal user) {
			return (user != null) ? user.getName() : "anonymous";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LetIn {

		@Bean
		PetrichorAuthenticator authenticator() {
			return (handshake) -> Decision.allow(() -> "Zed");
		}

	}

	static class TwoBodies {

		@PetrichorHandler
		void handle(String one, String two) {
		}

	}

	static class NotRequiredInt {

		@PetrichorHandler
		void handle(@Header(required = false) int n) {
		}

	}

	static class BadDefault {

		@PetrichorHandler
		void handle(@Header(defaultValue = "x") int n) {
		}

	}

	static class NoConversion {

		@PetrichorHandler
		void handle(@Header Runnable work) {
		}

	}

	static class UnknownVariable {

		@PetrichorHandler("orders.{id}")
		void handle(@RouteVariable long order) {
		}

	}

	static class PartOfSegment {

		@PetrichorHandler("orders.x{id}")
		void handle() {
		}

	}

	static class NoValidator {

		@PetrichorHandler
		void handle(@Validated Item item) {
		}

	}

	static class HeadersAsList {

		@PetrichorHandler
		void handle(@Headers List<String> headers) {
		}

	}

	static class Deferred {

		@PetrichorHandler
		Callable<String> handle() {
			return () -> "never";
		}

	}

	static class Unbindable {

		@PetrichorHandler
		void handle(PetrichorInterceptor interceptor) {
		}

	}

	static class TakesRecord {

		@PetrichorHandler
		void handle(Item item) {
		}

	}

	static class ReturnsRecord {

		@PetrichorHandler
		List<Item> handle() {
			return List.of();
		}

	}

	static class Plain {

		@PetrichorHandler("sum")
		BigDecimal sum(Map<String, BigDecimal> numbers) {
			return numbers.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
		}

		@PetrichorHandler("names")
		String names(List<String> names) {
			return String.join(",", names);
		}

	}

}
