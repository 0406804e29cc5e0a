package io.petrichor.logging;

import java.security.Principal;
import java.time.Duration;
import java.util.Map;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.task.SyncTaskExecutor;

import io.petrichor.client.PetrichorClient;
import io.petrichor.handler.PetrichorConnections;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.handler.PetrichorHandlerExecutor;
import io.petrichor.server.CloseReason;
import io.petrichor.server.PetrichorServer;
import io.petrichor.server.RejectReason;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.ScriptedServer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

class LoggingTests {

	private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

	private Logger logger = (Logger) LoggerFactory.getLogger("io.petrichor.wire");

	@AfterEach
	void stopListening() {
		this.logger.detachAppender(this.lines);
		this.logger.setLevel(null);
		this.logger.setAdditive(true);
	}

	@Test
	void whenWireIsTracedThenEveryPairIsALine() {
		listen("io.petrichor.wire", Level.TRACE);
		TestServer.run(server(), (port) -> {
			try (RawPeer peer = RawPeer.connect(port)) {
				peer.request(Map.of("user", "z\ned"), "");
				peer.request(Map.of("to", "mdc"), "hel\nlo");
				Awaitility.await().until(() -> this.lines.list.size() == 4);
			}
			assertThat(this.lines.list).extracting(ILoggingEvent::getFormattedMessage)
				.satisfiesExactly((line) -> assertThat(line).endsWith(" < {\"user\": \"z\\x0aed\"} \"\""),
						(line) -> assertThat(line).contains(" > {", "\"allowed\": true", "\"WELCOME\""),
						(line) -> assertThat(line).endsWith(" < {\"to\": \"mdc\"} \"hel\\x0alo\""),
						(line) -> assertThat(line).contains(" > {} "));
		});
	}

	@Test
	void whenWireIsTracedThenEveryPairOfAClientIsALineToo() {
		listen("io.petrichor.wire", Level.TRACE);
		try (ScriptedServer server = ScriptedServer.welcoming(Map.of("can", Map.of("re", 32)), (peer) -> {
			peer.send(Map.of("re", peer.read().header().integer("id")), "wor\nld");
			peer.read();
		}); PetrichorClient client = PetrichorClient.builder().name("shop").address(server.address()).build()) {
			client.to("echo").body("hel\nlo").retrieve(String.class);
		}
		assertThat(this.lines.list).extracting(ILoggingEvent::getFormattedMessage)
			.satisfiesExactly((line) -> assertThat(line).startsWith("shop-1 > {\"user\": \"anonymous\""),
					(line) -> assertThat(line).startsWith("shop-1 < {").contains("\"allowed\": true"),
					(line) -> assertThat(line).isEqualTo("shop-1 > {\"to\": \"echo\", \"id\": 1} \"hel\\x0alo\""),
					(line) -> assertThat(line).isEqualTo("shop-1 < {\"re\": 1} \"wor\\x0ald\""));
	}

	@Test
	void whenWireIsTracedThenWhatServerSendsOnItsOwnIsALineToo() {
		listen("io.petrichor.wire", Level.TRACE);
		server().run((context) -> {
			Map<String, ?> can = Map.of("can", Map.of("re", 1, "push", true, "oneway", true));
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context), can)) {
				context.getBean(PetrichorConnections.class).all().iterator().next().send("news", "hel\nlo");
				peer.read();
			}
		});
		assertThat(this.lines.list).extracting(ILoggingEvent::getFormattedMessage)
			.anySatisfy((line) -> assertThat(line).endsWith(" > {\"to\": \"news\", \"oneway\": true} \"hel\\x0alo\""));
	}

	@Test
	void whenWireIsNotTracedThenThereIsNoLine() {
		listen("io.petrichor.wire", Level.DEBUG);
		TestServer.run(server(), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				peer.request(Map.of(), "hello");
			}
		});
		assertThat(this.lines.list).isEmpty();
	}

	@Test
	void whenServerListensThenOneLineSaysEverything() {
		listen(PetrichorServer.class.getName(), Level.INFO);
		TestServer.run(server().withPropertyValues("petrichor.server.dispatch.threads=7"), (port) -> {
		});
		TestServer.run(TestServer.with(Handlers.class)
			.withBean(PetrichorHandlerExecutor.class, () -> PetrichorHandlerExecutor.of(new SyncTaskExecutor())),
				(port) -> {
				});
		assertThat(this.lines.list).extracting(ILoggingEvent::getFormattedMessage)
			.filteredOn((line) -> line.contains("listens"))
			.satisfiesExactly((line) -> assertThat(line).matches(
					"Petrichor server listens on 127\\.0\\.0\\.1 port \\d+, plaintext, peers need an authenticator of LoggingTests, "
							+ "4 routes, handlers that block run on at most 7 threads \\(queue: 1024\\)"),
					(line) -> assertThat(line).matches(
							"Petrichor server listens on 127\\.0\\.0\\.1 port \\d+, plaintext, anybody gets in, 4 routes, "
									+ "handlers that block run on org.springframework.core.task.SyncTaskExecutor"));
	}

	@Test
	void whenPeersMisbehaveThenOneLineSumsThemUp() {
		listen(ConnectionLog.class.getName(), Level.INFO);
		ConnectionLog log = new ConnectionLog();
		for (int i = 0; i < 100_000; i++) {
			log.connectionClosed(CloseReason.PROTOCOL_ERROR);
			log.connectionRejected(RejectReason.CONNECTIONS);
			log.connectionClosed(CloseReason.PEER);
		}
		assertThat(this.lines.list).extracting(ILoggingEvent::getFormattedMessage)
			.containsExactly("Connections of peers since the last such line: 1 closed for protocol_error");
	}

	@Test
	void whenMdcIsOnThenHandlersSeeConnectionUserAndRouteAndNobodyAfterThem() {
		TestServer.run(server().withPropertyValues("petrichor.server.mdc.enabled=true"), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of("to", "mdc"), "").body().asText()).matches("\\w+ ann\\\\u000a mdc");
				assertThat(peer.request(Map.of("to", "loop"), "").body().asText()).matches("\\w+ ann\\\\u000a loop");
			}
		});
	}

	@Test
	void whenMdcIsPropagatedThenWhatHandlersReturnSeesItLater() {
		ContextRegistry.getInstance()
			.registerThreadLocalAccessor(
					new Slf4jThreadLocalAccessor("petrichor.connection", "petrichor.user", "petrichor.route"));
		try {
			TestServer.run(server().withPropertyValues("petrichor.server.mdc.enabled=true"), (port) -> {
				try (RawPeer peer = RawPeer.welcomed(port)) {
					assertThat(peer.request(Map.of("to", "later"), "").body().asText())
						.matches("\\w+ ann\\\\u000a later");
				}
			});
		}
		finally {
			ContextRegistry.getInstance().removeThreadLocalAccessor(Slf4jThreadLocalAccessor.KEY);
		}
	}

	@Test
	void whenHandlerHasNoRouteThenMdcHasTheNameThatMetersHave() {
		TestServer.run(TestServer.with(DefaultHandler.class).withPropertyValues("petrichor.server.mdc.enabled=true"),
				(port) -> {
					try (RawPeer peer = RawPeer.welcomed(port)) {
						assertThat(peer.request(Map.of(), "").body().asText()).isEqualTo("default");
					}
				});
	}

	@Test
	void whenMdcIsOffOrNotThereThenHandlersSeeNothing() {
		server().run((context) -> assertThat(context).doesNotHaveBean(HandlerMdc.class));
		server().withPropertyValues("petrichor.server.mdc.enabled=true")
			.withClassLoader(new FilteredClassLoader(MDC.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(HandlerMdc.class));
	}

	private void listen(String name, Level level) {
		this.logger = (Logger) LoggerFactory.getLogger(name);
		this.logger.setLevel(level);
		this.logger.setAdditive(false);
		this.lines.start();
		this.logger.addAppender(this.lines);
	}

	private static ApplicationContextRunner server() {
		Principal principal = () -> "ann\n";
		return TestServer.with(Handlers.class)
			.withBean(PetrichorAuthenticator.class, () -> (handshake) -> Decision.allow(principal));
	}

	static class DefaultHandler {

		@PetrichorHandler
		String handle() {
			return MDC.get("petrichor.route");
		}

	}

	static class Handlers {

		@PetrichorHandler
		String echo(String body) {
			return body;
		}

		@PetrichorHandler("mdc")
		String mdc() {
			return MDC.get("petrichor.connection") + " " + MDC.get("petrichor.user") + " " + MDC.get("petrichor.route");
		}

		@PetrichorHandler("later")
		Mono<String> later() {
			return Mono.delay(Duration.ofMillis(1)).handle((tick, sink) -> sink.next(mdc()));
		}

		@PetrichorHandler(route = "loop", blocking = false)
		String loop() {
			return mdc();
		}

	}

}
