package io.petrichor.handler;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.MethodParameter;

import io.petrichor.autoconfigure.PetrichorServerAutoConfiguration;
import io.petrichor.protocol.Message;
import io.petrichor.server.PetrichorServer;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.testing.RawPeer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every kind of parameter with every kind of return value, with a plain peer and with one
 * that can. The handlers are written here as two tables, and compiled: one method for
 * each combination. Each turns its parameter into text and returns that text in its own
 * way, so that the reply shows whether both were right.
 */
class CrossTableTests {

	private static final List<ParameterKind> PARAMETERS = parameters();

	private static final List<ReturnKind> RETURNS = returns();

	private static final Map<String, Object> CAN = Map.of("can", Map.of("re", 32, "more", true, "oneway", true));

	private static ConfigurableApplicationContext context;

	private static int port;

	private static int exchanges;

	/** What the last handler made of its parameter. */
	static volatile String seen;

	@BeforeAll
	static void start(@TempDir Path folder) throws Exception {
		List<Class<?>> handlers = compile(folder);
		context = new SpringApplicationBuilder(Beans.class).web(WebApplicationType.NONE)
			.properties("petrichor.server.port=0")
			.initializers((GenericApplicationContext application) -> handlers.forEach(application::registerBean))
			.run();
		port = context.getBean(PetrichorServer.class).port();
	}

	@AfterAll
	static void stop() {
		context.close();
		System.out.printf("%d kinds of parameters x %d kinds of return values = %d handlers, %d exchanges%n",
				PARAMETERS.size(), RETURNS.size(), PARAMETERS.size() * RETURNS.size(), exchanges);
		assertThat(exchanges).isEqualTo(2 * PARAMETERS.size() * RETURNS.size());
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("parameters")
	void whenParameterMeetsAnyReturnValueThenPlainPeerGetsOneReply(ParameterKind parameter) {
		try (RawPeer peer = RawPeer.welcomed(port)) {
			for (ReturnKind returned : RETURNS) {
				exchanges++;
				Message reply = peer.request(request(parameter, returned, Map.of()), parameter.body());
				assertThat(reply.header().asMap()).as("%s: %s", returned, reply.body()).isEqualTo(returned.header());
				assertThat(reply.body().value()).as("%s", returned).isEqualTo(returned.reply().apply(parameter.text()));
				assertThat(seen).as("%s", returned).isEqualTo(parameter.text());
			}
		}
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("parameters")
	void whenParameterMeetsAnyReturnValueThenPeerThatCanGetsNumberedReplies(ParameterKind parameter) {
		try (RawPeer peer = RawPeer.welcomed(port, CAN)) {
			for (ReturnKind returned : RETURNS) {
				exchanges++;
				long id = exchanges;
				peer.send(request(parameter, returned, Map.of("id", id)), parameter.body());
				List<Object> parts = new ArrayList<>();
				Message reply = peer.read();
				for (; reply.header().flag("more"); reply = peer.read()) {
					assertThat(reply.header().asMap()).isEqualTo(Map.of("re", id, "more", true));
					parts.add(reply.body().value());
				}
				Map<String, Object> header = new HashMap<>(returned.header());
				header.put("re", id);
				assertThat(reply.header().asMap()).as("%s: %s", returned, reply.body()).isEqualTo(header);
				Object expected = returned.reply().apply(parameter.text());
				assertThat(parts).as("%s", returned).isEqualTo(returned.stream() ? expected : List.of());
				assertThat(reply.body().value()).as("%s", returned).isEqualTo(returned.stream() ? null : expected);
				assertThat(seen).as("%s", returned).isEqualTo(parameter.text());
			}
		}
	}

	private static Map<String, Object> request(ParameterKind parameter, ReturnKind returned, Map<String, ?> more) {
		Map<String, Object> header = new LinkedHashMap<>(parameter.header());
		String variables = parameter.route().replaceAll("\\{\\w+}", "42");
		header.put("to", "p" + PARAMETERS.indexOf(parameter) + ".r" + RETURNS.indexOf(returned) + variables);
		header.putAll(more);
		return header;
	}

	/**
	 * A row of the table.
	 *
	 * @param declaration the parameter of the handler
	 * @param expression makes text of it
	 * @param text that text
	 * @param header what the peer sends
	 * @param body what the peer sends
	 * @param route the end of the route
	 */
	record ParameterKind(String declaration, String expression, String text, Map<String, Object> header,
			@Nullable Object body, String route) {

		static ParameterKind ofBody(String declaration, @Nullable Object body, String expression, String text) {
			return new ParameterKind(declaration, expression, text, Map.of(), body, "");
		}

		static ParameterKind ofHeader(String declaration, Map<String, Object> header, String expression, String text) {
			return new ParameterKind(declaration, expression, text, header, "", "");
		}

		@Override
		public String toString() {
			return this.declaration.isEmpty() ? "nothing" : this.declaration;
		}

	}

	/**
	 * A column of the table.
	 *
	 * @param type the return type
	 * @param expression an expression that makes it of the text {@code s}
	 * @param header what the peer gets
	 * @param reply what the peer gets for a text
	 * @param stream whether a peer that can gets it in parts
	 */
	record ReturnKind(String type, String expression, Map<String, Object> header, Function<String, Object> reply,
			boolean stream) {

		static ReturnKind of(String type, String expression, Function<String, Object> reply) {
			return new ReturnKind(type, expression, Map.of(), reply, false);
		}

		static ReturnKind ofStream(String type, String expression, Function<String, Object> reply) {
			return new ReturnKind(type, expression, Map.of(), reply, true);
		}

		@Override
		public String toString() {
			return this.type + " as " + this.expression;
		}

	}

	static List<ParameterKind> parameters() {
		Map<String, Object> item = Map.of("sku", "a", "quantity", 2);
		List<ParameterKind> kinds = new ArrayList<>();
		kinds.add(ParameterKind.ofBody("", "x", "\"none\"", "none"));
		kinds.add(ParameterKind.ofBody("TNetstring body", "abc", "body.asText()", "abc"));
		kinds.add(ParameterKind.ofBody("@Body TNetstring body", null, "body.isNull()", "true"));
		kinds.add(ParameterKind.ofBody("byte[] body", "abc", "new String(body, UTF_8)", "abc"));
		kinds.add(ParameterKind.ofBody("@Body byte[] body", "abc", "new String(body, UTF_8)", "abc"));
		kinds.add(ParameterKind.ofBody("ByteBuffer body", "abc", "UTF_8.decode(body)", "abc"));
		kinds.add(ParameterKind.ofBody("InputStream body", "abc", "new String(body.readAllBytes(), UTF_8)", "abc"));
		kinds.add(ParameterKind.ofBody("String body", "a\u00e4", "body", "a\u00e4"));
		kinds.add(ParameterKind.ofBody("CharSequence body", "abc", "body", "abc"));
		for (String type : new String[] { "int", "Integer", "long", "Long", "short", "Short", "byte", "Byte",
				"BigInteger", "Number" }) {
			kinds.add(ParameterKind.ofBody(type + " body", -7, "body", "-7"));
		}
		for (String type : new String[] { "double", "Double", "float", "Float", "BigDecimal" }) {
			kinds.add(ParameterKind.ofBody(type + " body", 2.5, "body", "2.5"));
		}
		kinds.add(ParameterKind.ofBody("boolean body", true, "body", "true"));
		kinds.add(ParameterKind.ofBody("Boolean body", false, "body", "false"));
		kinds.add(ParameterKind.ofBody("Object body", List.of(1, "x"), "body", "[1, x]"));
		kinds.add(ParameterKind.ofBody("@Nullable Object body", null, "body", "null"));
		kinds.add(ParameterKind.ofBody("Map<String, Object> body", Map.of("k", 1), "body", "{k=1}"));
		kinds.add(ParameterKind.ofBody("Map<String, BigInteger> body", Map.of("k", 1),
				"body.get(\"k\").add(BigInteger.ONE)", "2"));
		kinds.add(ParameterKind.ofBody("List<Object> body", List.of(1, "x"), "body", "[1, x]"));
		kinds.add(ParameterKind.ofBody("List<Integer> body", List.of(1, 2), "body.get(0) + body.get(1)", "3"));
		kinds.add(ParameterKind.ofBody("Collection<String> body", List.of("x"), "body", "[x]"));
		kinds.add(ParameterKind.ofBody("Set<String> body", List.of("x"), "body", "[x]"));
		kinds.add(ParameterKind.ofBody("JsonNode body", item, "body.get(\"quantity\").asInt()", "2"));
		kinds.add(ParameterKind.ofBody("Item body", item, "body", "Item[sku=a, quantity=2]"));
		kinds.add(ParameterKind.ofBody("@Body Item body", item, "body", "Item[sku=a, quantity=2]"));
		kinds.add(ParameterKind.ofBody("@Valid Item body", item, "body", "Item[sku=a, quantity=2]"));
		kinds.add(ParameterKind.ofBody("@Validated @Body Item body", item, "body", "Item[sku=a, quantity=2]"));
		kinds.add(ParameterKind.ofBody("Bean body", Map.of("name", "n"), "body.getName()", "n"));
		kinds.add(ParameterKind.ofBody("List<Item> body", List.of(item), "body.get(0).sku()", "a"));
		kinds.add(ParameterKind.ofBody("Item[] body", List.of(item), "body[0].sku()", "a"));
		kinds.add(ParameterKind.ofBody("Map<String, Item> body", Map.of("k", item), "body.get(\"k\").sku()", "a"));
		kinds.add(ParameterKind.ofBody("Colour body", "RED", "body", "RED"));
		kinds.add(ParameterKind.ofBody("Optional<String> body", "x", "body", "Optional[x]"));
		kinds.add(ParameterKind.ofBody("Optional<String> body", null, "body", "Optional.empty"));
		kinds.add(ParameterKind.ofBody("Optional<Item> body", item, "body.get().sku()", "a"));
		kinds.add(ParameterKind.ofBody("@Nullable String body", null, "body", "null"));
		kinds.add(ParameterKind.ofBody("@Body(required = false) Item body", null, "body", "null"));
		kinds.add(ParameterKind.ofHeader("@Header String key", Map.of("key", "v"), "key", "v"));
		kinds.add(ParameterKind.ofHeader("@Header(\"key\") int n", Map.of("key", 7), "n", "7"));
		kinds.add(ParameterKind.ofHeader("@Header(name = \"key\") long n", Map.of("key", "7"), "n", "7"));
		kinds.add(ParameterKind.ofHeader("@Header boolean key", Map.of("key", true), "key", "true"));
		kinds.add(ParameterKind.ofHeader("@Header Duration key", Map.of("key", "2s"), "key", "PT2S"));
		kinds.add(ParameterKind.ofHeader("@Header Colour key", Map.of("key", "GREEN"), "key", "GREEN"));
		kinds.add(ParameterKind.ofHeader("@Header List<Integer> key", Map.of("key", List.of(1, 2)),
				"key.get(0) + key.get(1)", "3"));
		kinds.add(ParameterKind.ofHeader("@Header Map<String, Object> key", Map.of("key", Map.of("a", 1)), "key",
				"{a=1}"));
		kinds.add(ParameterKind.ofHeader("@Header byte[] key", Map.of("key", "ab"), "key.length", "2"));
		kinds.add(ParameterKind.ofHeader("@Header Object key", Map.of("key", 7), "key", "7"));
		kinds.add(ParameterKind.ofHeader("@Header(required = false) String key", Map.of(), "key", "null"));
		kinds.add(ParameterKind.ofHeader("@Header @Nullable Integer key", Map.of(), "key", "null"));
		kinds.add(ParameterKind.ofHeader("@Header Optional<Integer> key", Map.of(), "key", "Optional.empty"));
		kinds.add(ParameterKind.ofHeader("@Header Optional<Integer> key", Map.of("key", "7"), "key", "Optional[7]"));
		kinds.add(ParameterKind.ofHeader("@Header(defaultValue = \"5\") int key", Map.of(), "key", "5"));
		kinds
			.add(ParameterKind.ofHeader("@Headers Map<String, Object> all", Map.of("key", 7), "all.get(\"key\")", "7"));
		kinds.add(ParameterKind.ofHeader("io.petrichor.protocol.Header all", Map.of("key", 7), "all.integer(\"key\")",
				"7"));
		kinds.add(new ParameterKind("@RouteVariable long n", "n", "42", Map.of(), "", ".{n}"));
		kinds.add(new ParameterKind("@RouteVariable(\"n\") String name", "name", "42", Map.of(), "", ".{n}.end"));
		kinds.add(ParameterKind.ofBody("Message message", "abc", "message.body().asText()", "abc"));
		kinds.add(ParameterKind.ofBody("Request request", "abc", "request.body().asText()", "abc"));
		kinds.add(ParameterKind.ofBody("PetrichorConnection connection", "", "connection.user()", "zed"));
		kinds.add(ParameterKind.ofBody("Handshake handshake", "", "handshake.header().text(\"user\")", "zed"));
		kinds.add(ParameterKind.ofBody("Principal user", "", "user.getName()", "Zed"));
		kinds.add(ParameterKind.ofBody("@Nullable Principal user", "", "user.getName()", "Zed"));
		kinds.add(ParameterKind.ofBody("Optional<Principal> user", "", "user.get().getName()", "Zed"));
		kinds.add(ParameterKind.ofBody("Locale locale", "", "locale", "de"));
		kinds.add(new ParameterKind("@Header int key, @Body String body, Principal user", "key + body + user.getName()",
				"7abcZed", Map.of("key", 7), "abc", ""));
		return kinds;
	}

	private static List<ReturnKind> returns() {
		Function<String, Object> length = (s) -> (long) s.length();
		Function<String, Object> list = (s) -> List.of(s, "end");
		Function<String, Object> item = (s) -> Map.of("sku", s, "quantity", 1L);
		List<ReturnKind> kinds = new ArrayList<>();
		kinds.add(ReturnKind.of("void", "", (s) -> ""));
		kinds.add(ReturnKind.of("Void", "null", (s) -> null));
		kinds.add(ReturnKind.of("TNetstring", "TNetstring.of(s)", (s) -> s));
		kinds.add(ReturnKind.of("byte[]", "s.getBytes(UTF_8)", (s) -> s));
		kinds.add(ReturnKind.of("ByteBuffer", "UTF_8.encode(s)", (s) -> s));
		kinds.add(ReturnKind.of("InputStream", "new ByteArrayInputStream(s.getBytes(UTF_8))", (s) -> s));
		kinds.add(ReturnKind.of("String", "s", (s) -> s));
		kinds.add(ReturnKind.of("String", "null", (s) -> null));
		kinds.add(ReturnKind.of("CharSequence", "new StringBuilder(s)", (s) -> s));
		for (String type : new String[] { "int", "Integer", "long", "short", "byte" }) {
			String primitive = type.equals("Integer") ? "int" : type;
			kinds.add(ReturnKind.of(type, "(" + primitive + ") s.length()", length));
		}
		kinds.add(ReturnKind.of("Long", "(long) s.length()", length));
		kinds.add(ReturnKind.of("BigInteger", "BigInteger.TEN.pow(30)", (s) -> BigInteger.TEN.pow(30)));
		kinds.add(ReturnKind.of("double", "s.length() + 0.5", (s) -> s.length() + 0.5));
		kinds.add(ReturnKind.of("Float", "s.length() + 0.5f", (s) -> s.length() + 0.5));
		kinds.add(ReturnKind.of("BigDecimal", "new BigDecimal(\"0.25\")", (s) -> new BigDecimal("0.25").doubleValue()));
		kinds.add(ReturnKind.of("boolean", "!s.isEmpty()", (s) -> true));
		kinds.add(ReturnKind.of("Boolean", "s.isEmpty()", (s) -> false));
		kinds.add(ReturnKind.of("Map<String, Object>", "Map.of(\"k\", s)", (s) -> Map.of("k", s)));
		kinds.add(ReturnKind.of("List<String>", "List.of(s, \"end\")", list));
		kinds.add(ReturnKind.of("Set<String>", "Set.of(s)", List::of));
		kinds.add(ReturnKind.of("String[]", "new String[] { s, \"end\" }", list));
		kinds.add(ReturnKind.of("Object", "Map.of(\"k\", List.of(s))", (s) -> Map.of("k", List.of(s))));
		kinds.add(ReturnKind.of("JsonNode", "new ObjectMapper().createObjectNode().put(\"k\", s)",
				(s) -> Map.of("k", s)));
		kinds.add(ReturnKind.of("Item", "new Item(s, 1)", item));
		kinds.add(ReturnKind.of("Bean", "new Bean(s)", (s) -> Map.of("name", s)));
		kinds.add(ReturnKind.of("List<Item>", "List.of(new Item(s, 1))", (s) -> List.of(item.apply(s))));
		kinds.add(ReturnKind.of("Colour", "Colour.RED", (s) -> "RED"));
		kinds.add(ReturnKind.of("Optional<String>", "Optional.of(s)", (s) -> s));
		kinds.add(ReturnKind.of("Optional<Item>", "Optional.empty()", (s) -> null));
		kinds.add(new ReturnKind("Message", "Message.of(io.petrichor.protocol.Header.of(\"k\", 1), s)", Map.of("k", 1L),
				(s) -> s, false));
		kinds.add(new ReturnKind("PetrichorError", "PetrichorError.of(\"app.own\", s).retryAfter(Duration.ofMillis(5))",
				Map.of("error", "app.own", "retry", 5L), (s) -> s, false));
		kinds.add(new ReturnKind("String", "fail(s)", Map.of("error", "app.thrown"), (s) -> s, false));
		kinds.add(ReturnKind.of("Mono<String>", "Mono.just(s)", (s) -> s));
		kinds.add(ReturnKind.of("Mono<Item>", "Mono.delay(Duration.ofNanos(1)).map((tick) -> new Item(s, 1))", item));
		kinds.add(ReturnKind.of("Mono<Void>", "Mono.empty()", (s) -> ""));
		kinds.add(new ReturnKind("Mono<Message>", "Mono.just(Message.of(io.petrichor.protocol.Header.of(\"k\", 1), s))",
				Map.of("k", 1L), (s) -> s, false));
		kinds.add(new ReturnKind("Mono<String>", "Mono.error(new PetrichorException(\"app.late\", s))",
				Map.of("error", "app.late"), (s) -> s, false));
		kinds.add(ReturnKind.of("CompletionStage<String>", "CompletableFuture.completedStage(s)", (s) -> s));
		kinds
			.add(ReturnKind.of("CompletableFuture<Item>", "CompletableFuture.supplyAsync(() -> new Item(s, 1))", item));
		kinds.add(ReturnKind.ofStream("Flux<String>", "Flux.just(s, \"end\")", list));
		kinds.add(ReturnKind.ofStream("Flux<Item>", "Flux.just(new Item(s, 1))", (s) -> List.of(item.apply(s))));
		kinds.add(ReturnKind.ofStream("Flux<Item>", "Flux.empty()", (s) -> List.of()));
		kinds.add(ReturnKind.ofStream("Publisher<String>", "Flux.just(s, \"end\")", list));
		kinds.add(ReturnKind.ofStream("Stream<String>", "Stream.of(s, \"end\")", list));
		kinds.add(ReturnKind.ofStream("IntStream", "IntStream.of(s.length())", (s) -> List.of((long) s.length())));
		kinds.add(ReturnKind.ofStream("Iterator<String>", "List.of(s, \"end\").iterator()", list));
		return kinds;
	}

	/** One class for each kind of parameter, one method in it for each kind of return. */
	private static List<Class<?>> compile(Path folder) throws IOException, IllegalAccessException {
		StringBuilder source = new StringBuilder("""
				package io.petrichor.handler;
				import static io.petrichor.handler.CrossTableTests.*;
				import static java.nio.charset.StandardCharsets.UTF_8;
				import io.petrichor.protocol.Message;
				import io.petrichor.server.auth.Handshake;
				import io.petrichor.tnetstring.TNetstring;
				import jakarta.validation.Valid;
				import java.io.*;
				import java.math.*;
				import java.nio.ByteBuffer;
				import java.security.Principal;
				import java.time.Duration;
				import java.util.*;
				import java.util.concurrent.*;
				import java.util.stream.*;
				import org.jspecify.annotations.Nullable;
				import org.reactivestreams.Publisher;
				import org.springframework.validation.annotation.Validated;
				import reactor.core.publisher.*;
				import tools.jackson.databind.*;
				""");
		for (int i = 0; i < PARAMETERS.size(); i++) {
			append(source, i);
		}
		Path file = Files.writeString(folder.resolve("Cross.java"), source, StandardCharsets.UTF_8);
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		assertThat(compiler.run(null, null, null, "-parameters", "-proc:none", "-nowarn", "-d", folder.toString(),
				file.toString()))
			.isZero();
		List<Class<?>> classes = new ArrayList<>();
		for (int i = 0; i < PARAMETERS.size(); i++) {
			Path compiled = folder.resolve("io/petrichor/handler/Cross" + i + ".class");
			classes.add(MethodHandles.lookup().defineClass(Files.readAllBytes(compiled)));
		}
		return classes;
	}

	private static void append(StringBuilder source, int index) {
		ParameterKind parameter = PARAMETERS.get(index);
		source.append("@PetrichorHandler(\"p%d\") class Cross%d {%n".formatted(index, index));
		for (int i = 0; i < RETURNS.size(); i++) {
			ReturnKind returned = RETURNS.get(i);
			source.append("""
						@PetrichorHandler("r%d%s")
						%s r%d(%s) throws Exception {
							String s = CrossTableTests.seen = String.valueOf(%s);
							return %s;
						}
					""".formatted(i, parameter.route(), returned.type(), i, parameter.declaration(),
					parameter.expression(), returned.expression()));
		}
		source.append("}\n");
	}

	static <T> T fail(String text) {
		throw new PetrichorException("app.thrown", text);
	}

	record Item(String sku, int quantity) {
	}

	static class Bean {

		private String name;

		Bean() {
		}

		Bean(String name) {
			this.name = name;
		}

		public String getName() {
			return this.name;
		}

		public void setName(String name) {
			this.name = name;
		}

	}

	enum Colour {

		RED, GREEN

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ PetrichorServerAutoConfiguration.class, ValidationAutoConfiguration.class })
	static class Beans {

		@org.springframework.context.annotation.Bean
		PetrichorAuthenticator authenticator() {
			return (handshake) -> Decision.allow((Principal) () -> "Zed");
		}

		@org.springframework.context.annotation.Bean
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

}
