package io.petrichor.client;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.petrichor.handler.Body;
import io.petrichor.handler.Header;
import io.petrichor.handler.Headers;
import io.petrichor.handler.PetrichorConnection;
import io.petrichor.handler.PetrichorException;
import io.petrichor.handler.PetrichorExchange;
import io.petrichor.handler.RouteVariable;
import io.petrichor.protocol.Message;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.ScriptedServer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@Timeout(60)
class DeclarativeClientTests {

	@Test
	void whenServerImplementsTheInterfaceThenEveryKindOfMethodIsAnswered() {
		overOurServer((orders) -> {
			assertThat(orders.create("t1", new Order("tea", 2))).isEqualTo(new Receipt("t1-tea-2"));
			assertThat(orders.createAsync("t2", new Order("tea", 3)).join()).isEqualTo(new Receipt("t2-tea-3"));
			assertThat(orders.createLater("t3", new Order("tea", 4)).block()).isEqualTo(new Receipt("t3-tea-4"));
			assertThat(orders.lines(3).collectList().block()).containsExactly(new Line(3, 0), new Line(3, 1),
					new Line(3, 2));
			assertThat(orders.list(2)).containsExactly(new Line(2, 0), new Line(2, 1));
			assertThat(orders.find(1)).contains(new Line(1, 0));
			assertThat(orders.find(0)).isEmpty();
			orders.touch(Optional.of("now"));
			orders.touch(Optional.empty());
			assertThat(orders.region(Region.NORTH, null)).isEqualTo("NORTH of nowhere");
			assertThat(orders.region(Region.SOUTH, "here")).isEqualTo("SOUTH of here");
			assertThat(orders.all(Map.of("a", 1, "b", "two"))).isEqualTo("1two");
			assertThat(orders.twice()).isEqualTo("once and once");
			assertThat(orders.root("x")).isEqualTo("x");
		});
	}

	@Test
	void whenHandlerFailsThenMethodThrowsWhatTheClientDoes() {
		overOurServer((orders) -> assertThatExceptionOfType(PetrichorRemoteException.class)
			.isThrownBy(() -> orders.fail("sold out"))
			.matches((ex) -> ex.code().equals("app.failed") && ex.body().asText().equals("sold out")));
	}

	@Test
	void whenCallerWantsNoReplyThenTheServerIsToldSo() {
		CompletableFuture<Message> first = new CompletableFuture<>();
		CompletableFuture<Message> second = new CompletableFuture<>();
		CompletableFuture<Message> third = new CompletableFuture<>();
		try (ScriptedServer server = ScriptedServer.welcoming(Map.of("can", Map.of("re", 4, "oneway", true)),
				(peer) -> {
					first.complete(peer.read());
					second.complete(peer.read());
					third.complete(peer.read());
					peer.read();
				}); PetrichorClient client = client(server.port())) {
			Audit audit = PetrichorClientProxyFactory.of(client).create(Audit.class);
			audit.log("a");
			assertThat(first.join().header().asMap()).isEqualTo(Map.of("to", "audit.log", "oneway", true));
			audit.logAsync("b").join();
			assertThat(second.join().body().asText()).isEqualTo("b");
			audit.logLater("c").block();
			assertThat(third.join().body().asText()).isEqualTo("c");
		}
	}

	@Test
	void whenTheRequestIsWrittenThenItHasNothingThatWasNotGiven() {
		CompletableFuture<Message> seen = new CompletableFuture<>();
		try (ScriptedServer server = ScriptedServer.plain((peer) -> {
			seen.complete(peer.read());
			peer.send(Map.of(), "done");
		}); PetrichorClient client = client(server.port())) {
			PetrichorClientProxyFactory.of(client).create(Orders.class).region(Region.NORTH, null);
			assertThat(seen.join().header().asMap()).isEqualTo(Map.of("to", "orders.region", "region", "NORTH"));
		}
	}

	@Test
	void whenArgumentIsMissingOrWouldChangeTheRouteThenNothingIsSent() {
		try (ScriptedServer server = ScriptedServer.plain(RawPeer::read);
				PetrichorClient client = client(server.port())) {
			Orders orders = PetrichorClientProxyFactory.of(client).create(Orders.class);
			assertThatIllegalArgumentException().isThrownBy(() -> orders.create(null, new Order("tea", 1)))
				.withMessageContaining("tenant");
			for (String segment : new String[] { "a.b", "", null }) {
				assertThatIllegalArgumentException().isThrownBy(() -> orders.named(segment))
					.withMessageContaining("{name}");
			}
			assertThatIllegalArgumentException().isThrownBy(() -> orders.all(Map.of("id", 1)))
				.withMessageContaining("'id'");
			assertThat(server.accepted()).isZero();
		}
	}

	@Test
	void whenRouteHasPlaceholdersAndValuesNeedConversionThenTheFactorysAreUsed() {
		CompletableFuture<Message> seen = new CompletableFuture<>();
		try (ScriptedServer server = ScriptedServer.plain((peer) -> {
			seen.complete(peer.read());
			peer.send(Map.of(), "");
		}); PetrichorClient client = client(server.port())) {
			PetrichorClientProxyFactory.of(client)
				.placeholders((text) -> text.replace("${where}", "there"))
				.create(Placed.class)
				.wait(Duration.ofSeconds(2));
			assertThat(seen.join().header().asMap()).isEqualTo(Map.of("to", "there.PT2S"));
		}
	}

	@Test
	void whenReplyIsNotWhatTheMethodReturnsThenItSaysSo() {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo);
				PetrichorClient client = client(server.port())) {
			Numbers numbers = PetrichorClientProxyFactory.of(client).create(Numbers.class);
			assertThat(numbers.number(7)).isEqualTo(7);
			for (Object wrong : Arrays.asList("seven", null, List.of(1))) {
				assertThatExceptionOfType(PetrichorUnreadableReplyException.class)
					.isThrownBy(() -> numbers.number(wrong))
					.withMessageContaining("int")
					.matches(PetrichorClientException::isMaybeExecuted);
			}
		}
	}

	@Test
	void whenMethodReturnsTheReplyThenItHasItsHeader() {
		try (ScriptedServer server = ScriptedServer.plain((peer) -> {
			peer.read();
			peer.send(Map.of("from", "here"), 7);
			peer.read();
			peer.send(Map.of("from", "there"), 8);
			peer.read();
			peer.send(Map.of("from", "everywhere"), 9);
		}); PetrichorClient client = client(server.port())) {
			Whole whole = PetrichorClientProxyFactory.of(client).create(Whole.class);
			PetrichorClient.Reply<Integer> reply = whole.reply();
			assertThat(reply.header().text("from")).isEqualTo("here");
			assertThat(reply.body()).isEqualTo(7);
			assertThat(whole.replyAsync().join().body()).isEqualTo(8);
			assertThat(whole.message().header().text("from")).isEqualTo("everywhere");
		}
	}

	@Test
	void whenProxyIsAskedForWhatEveryObjectHasThenItAnswersItself() {
		try (PetrichorClient client = client(1)) {
			PetrichorClientProxyFactory factory = PetrichorClientProxyFactory.of(client);
			Numbers one = factory.create(Numbers.class);
			Numbers two = factory.create(Numbers.class);
			assertThat(one).isEqualTo(one).isNotEqualTo(two).hasSameHashCodeAs(one);
			assertThat(one).asString().contains("Numbers", "127.0.0.1:1");
		}
	}

	@Test
	void whenMethodBlocksOnAnEventLoopThenItIsRefused() {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo);
				PetrichorClient client = client(server.port())) {
			Numbers numbers = PetrichorClientProxyFactory.of(client).create(Numbers.class);
			assertThatIllegalStateException()
				.isThrownBy(() -> client.request().body(1).retrieveMono(int.class).map(numbers::number).block())
				.withMessageContaining("event loop");
		}
	}

	static Stream<Arguments> wrong() {
		return Stream.of(Arguments.of(NoRoute.class, "NoRoute.call", "no @PetrichorExchange"),
				Arguments.of(TwoBodies.class, "TwoBodies.call", "number 1 and number 2"),
				Arguments.of(NoVariable.class, "NoVariable.call", "{id}"),
				Arguments.of(OtherVariable.class, "OtherVariable.call", "'other'"),
				Arguments.of(NoSegment.class, "NoSegment.call", "'a{b}'"),
				Arguments.of(OfProtocol.class, "OfProtocol.call", "'ttl'"),
				Arguments.of(OfHandler.class, "OfHandler.call", "a caller cannot give"),
				Arguments.of(ManyHeaders.class, "ManyHeaders.call", "no Map"),
				Arguments.of(NoText.class, "NoText.call", "cannot be made text of"),
				Arguments.of(Unreadable.class, "Unreadable.call", "java.lang.Thread"),
				Arguments.of(OnewayReply.class, "OnewayReply.call", "wants no reply"));
	}

	@ParameterizedTest
	@MethodSource("wrong")
	void whenMethodCannotBeACallThenTheProxyIsNotMadeAndTheMethodIsNamed(Class<?> type, String method, String reason) {
		try (PetrichorClient client = client(1)) {
			assertThatExceptionOfType(InvalidExchangeException.class)
				.isThrownBy(() -> PetrichorClientProxyFactory.of(client).create(type))
				.satisfies((ex) -> {
					assertThat(ex.analysis().getDescription()).contains(method).contains(reason);
					assertThat(ex.analysis().getAction()).isNotBlank();
				});
			assertThatIllegalArgumentException()
				.isThrownBy(() -> PetrichorClientProxyFactory.of(client).create(String.class));
		}
	}

	private static void overOurServer(Check<Orders> test) {
		TestServer.run(TestServer.with(OrdersHandler.class), (port) -> {
			try (PetrichorClient client = client(port)) {
				test.accept(PetrichorClientProxyFactory.of(client).create(Orders.class));
			}
		});
	}

	private static PetrichorClient client(int port) {
		return PetrichorClient.builder().address("127.0.0.1:" + port).build();
	}

	interface Check<T> {

		void accept(T subject) throws Exception;

	}

	record Order(String sku, int count) {
	}

	record Receipt(String number) {
	}

	record Line(long order, int number) {
	}

	enum Region {

		NORTH, SOUTH

	}

	@PetrichorExchange("orders")
	interface Orders {

		@PetrichorExchange("create")
		Receipt create(@Header("tenant") String tenant, @Body Order order);

		@PetrichorExchange("create.async")
		CompletableFuture<Receipt> createAsync(@Header("tenant") String tenant, Order order);

		@PetrichorExchange("create.later")
		Mono<Receipt> createLater(@Header("tenant") String tenant, Order order);

		@PetrichorExchange("{id}.lines")
		Flux<Line> lines(@RouteVariable("id") long id);

		@PetrichorExchange("{id}.list")
		List<Line> list(@RouteVariable("id") int id);

		@PetrichorExchange("{id}.find")
		Optional<Line> find(@RouteVariable("id") int id);

		@PetrichorExchange("touch")
		void touch(Optional<String> why);

		@PetrichorExchange("region")
		String region(@Header("region") Region region, @Header(name = "where", defaultValue = "nowhere") String where);

		@PetrichorExchange("all")
		String all(@Headers Map<String, Object> header);

		@PetrichorExchange("fail")
		String fail(String why);

		@PetrichorExchange("named.{name}")
		String named(@RouteVariable("name") String name);

		@PetrichorExchange
		String root(String body);

		default String twice() {
			return root("once") + " and " + root("once");
		}

	}

	static class OrdersHandler implements Orders {

		@Override
		public Receipt create(String tenant, Order order) {
			return new Receipt("%s-%s-%d".formatted(tenant, order.sku(), order.count()));
		}

		@Override
		public CompletableFuture<Receipt> createAsync(String tenant, Order order) {
			return CompletableFuture.completedFuture(create(tenant, order));
		}

		@Override
		public Mono<Receipt> createLater(String tenant, Order order) {
			return Mono.fromCallable(() -> create(tenant, order));
		}

		@Override
		public Flux<Line> lines(long order) {
			return Flux.range(0, (int) order).map((number) -> new Line(order, number));
		}

		@Override
		public List<Line> list(int order) {
			return lines(order).collectList().block();
		}

		@Override
		public Optional<Line> find(int order) {
			return (order > 0) ? Optional.of(new Line(order, 0)) : Optional.empty();
		}

		@Override
		public void touch(Optional<String> why) {
		}

		@Override
		public String region(Region region, String where) {
			return region + " of " + where;
		}

		@Override
		public String all(Map<String, Object> header) {
			return "" + header.get("a") + header.get("b");
		}

		@Override
		public String fail(String why) {
			throw new PetrichorException("app.failed", why);
		}

		@Override
		public String named(String name) {
			return name;
		}

		@Override
		public String root(String body) {
			return body;
		}

	}

	interface Audit {

		@PetrichorExchange(value = "audit.log", oneway = true)
		void log(String line);

		@PetrichorExchange(value = "audit.log", oneway = true)
		CompletableFuture<Void> logAsync(String line);

		@PetrichorExchange(value = "audit.log", oneway = true)
		Mono<Void> logLater(String line);

	}

	interface Placed {

		@PetrichorExchange("${where}.{time}")
		void wait(@RouteVariable("time") Duration time);

	}

	interface Whole {

		@PetrichorExchange
		PetrichorClient.Reply<Integer> reply();

		@PetrichorExchange
		CompletableFuture<PetrichorClient.Reply<Integer>> replyAsync();

		@PetrichorExchange
		Message message();

	}

	interface Numbers {

		@PetrichorExchange
		int number(Object body);

	}

	interface NoRoute {

		String call();

	}

	interface TwoBodies {

		@PetrichorExchange
		String call(String one, String two);

	}

	interface NoVariable {

		@PetrichorExchange("a.{id}")
		String call(String body);

	}

	interface OtherVariable {

		@PetrichorExchange("a")
		String call(@RouteVariable("other") String other);

	}

	interface NoSegment {

		@PetrichorExchange("a{b}")
		String call();

	}

	interface OfProtocol {

		@PetrichorExchange
		String call(@Header("ttl") int ttl);

	}

	interface OfHandler {

		@PetrichorExchange
		String call(PetrichorConnection connection);

	}

	interface ManyHeaders {

		@PetrichorExchange
		String call(@Headers String header);

	}

	interface NoText {

		@PetrichorExchange
		String call(@Header("unit") Runnable unit);

	}

	interface Unreadable {

		@PetrichorExchange
		Thread call();

	}

	interface OnewayReply {

		@PetrichorExchange(oneway = true)
		String call();

	}

}
