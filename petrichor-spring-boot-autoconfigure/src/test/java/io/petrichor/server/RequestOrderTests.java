package io.petrichor.server;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.Message;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;
import io.petrichor.tnetstring.TNetstring;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every request gets exactly one reply, and those without a number in their order,
 * whatever happens to them.
 */
class RequestOrderTests {

	private static final Map<String, ?> CAN = Map.of("can", Map.of("re", 64));

	@Test
	void whenTimeOfLaterRequestIsOverFirstThenItsReplyWaitsItsTurn() {
		TestServer.run(TestServer.with(Handlers.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				peer.send(Map.of("to", "slow"), "first");
				peer.send(Map.of("ttl", 1), "second");
				peer.send(Map.of("to", "quick", "ttl", 1), "third");
				assertThat(peer.read().body().asText()).isEqualTo("first");
				assertThat(peer.read().header().text("error")).isEqualTo("timeout");
				assertThat(peer.read().header().text("error")).isEqualTo("timeout");
				assertThat(peer.request(Map.of(), "fourth").body().asText()).isEqualTo("fourth");
			}
		});
	}

	@Test
	void whenTimeOfSeveralIsOverInOneTickThenTheirRepliesKeepTheirOrder() {
		TestServer.run(TestServer.with(Handlers.class).withPropertyValues("petrichor.server.dispatch.timeout=300ms"),
				(port) -> {
					try (RawPeer peer = RawPeer.welcomed(port)) {
						peer.send(Map.of("to", "slow"), "first");
						for (int i = 0; i < 10; i++) {
							peer.send(Map.of("to", (i % 2 == 0) ? "quick" : ""), i);
						}
						assertThat(peer.read().header().text("error")).isEqualTo("timeout");
						for (int i = 0; i < 10; i++) {
							Message reply = peer.read();
							assertThat(reply.header().has("error") || reply.body().asLong() == i).isTrue();
						}
						assertThat(peer.request(Map.of(), "last").body().asText()).isEqualTo("last");
					}
				});
	}

	@Test
	void whenHandlersNeverEndThenTheirRequestsTimeOutAndTheConnectionIsReadOn() {
		CountDownLatch release = Handlers.newRelease();
		TestServer.run(TestServer.with(Handlers.class)
			.withPropertyValues("petrichor.server.dispatch.timeout=300ms", "petrichor.server.dispatch.max-in-flight=8"),
				(port) -> {
					try (RawPeer peer = RawPeer.welcomed(port, CAN)) {
						for (int i = 0; i < 8; i++) {
							peer.send(Map.of("to", "stuck", "id", i), i);
						}
						Set<Long> timedOut = new HashSet<>();
						for (int i = 0; i < 8; i++) {
							Message reply = peer.read();
							assertThat(reply.header().text("error")).isEqualTo("timeout");
							timedOut.add(reply.header().integer("re"));
						}
						assertThat(timedOut).hasSize(8);
						peer.send(Map.of("to", "quick", "id", 8), "after");
						assertThat(peer.read().body().asText()).isEqualTo("after");
					}
					finally {
						release.countDown();
					}
				});
	}

	@Test
	void whenHandlerInTurnNeverEndsThenThoseBehindItTimeOutAndTheConnectionIsReadOn() {
		CountDownLatch release = Handlers.newRelease();
		TestServer.run(TestServer.with(Handlers.class)
			.withPropertyValues("petrichor.server.dispatch.timeout=300ms", "petrichor.server.dispatch.max-in-flight=4"),
				(port) -> {
					try (RawPeer peer = RawPeer.welcomed(port)) {
						peer.send(Map.of("to", "stuck"), 0);
						for (int i = 1; i < 10; i++) {
							peer.send(Map.of(), i);
						}
						for (int i = 0; i < 10; i++) {
							assertThat(peer.read().header().text("error")).isEqualTo("timeout");
						}
						release.countDown();
						assertThat(peer.request(Map.of(), "after").body().asText()).isEqualTo("after");
					}
					finally {
						release.countDown();
					}
				});
	}

	@Test
	void whenNumberedRequestCompletesTheOneInTurnThenTheNextInTurnIsRun() {
		TestServer.run(TestServer.with(Handlers.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, CAN)) {
				peer.send(Map.of("to", "await"), "");
				peer.send(Map.of("to", "emit", "id", 1), "");
				Set<String> replies = new HashSet<>();
				replies.add(peer.read().body().asText());
				replies.add(peer.read().body().asText());
				assertThat(replies).containsExactlyInAnyOrder("emitted", "done");
				assertThat(peer.request(Map.of(), "next").body().asText()).isEqualTo("next");
			}
		});
	}

	@Test
	void whenNumberIsInUseThenEachRequestStillGetsOneReplyWithIt() {
		TestServer.run(TestServer.with(Handlers.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, CAN)) {
				peer.send(Map.of("to", "slow", "id", 7), "first");
				peer.send(Map.of("to", "quick", "id", 7), "second");
				Message second = peer.read();
				assertThat(second.header().integer("re")).isEqualTo(7);
				assertThat(second.header().text("error")).isEqualTo("conflict");
				Message first = peer.read();
				assertThat(first.header().integer("re")).isEqualTo(7);
				assertThat(first.body().asText()).isEqualTo("first");
			}
		});
	}

	static class Handlers {

		private static volatile CountDownLatch release = new CountDownLatch(0);

		private final Sinks.One<String> sink = Sinks.one();

		static CountDownLatch newRelease() {
			release = new CountDownLatch(1);
			return release;
		}

		@PetrichorHandler
		TNetstring echo(TNetstring body) {
			return body;
		}

		@PetrichorHandler(route = "quick", blocking = false)
		TNetstring quick(TNetstring body) {
			return body;
		}

		@PetrichorHandler("slow")
		TNetstring slow(TNetstring body) throws InterruptedException {
			new CountDownLatch(1).await(500, TimeUnit.MILLISECONDS);
			return body;
		}

		@PetrichorHandler("stuck")
		TNetstring stuck(TNetstring body) {
			while (release.getCount() > 0) {
				try {
					release.await();
				}
				catch (InterruptedException ex) {
					// The point of this handler: it does not listen.
				}
			}
			return body;
		}

		@PetrichorHandler("await")
		Mono<String> await() {
			return this.sink.asMono();
		}

		@PetrichorHandler(route = "emit", blocking = false)
		String emit() {
			this.sink.tryEmitValue("done");
			return "emitted";
		}

	}

}
