package io.petrichor.server;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.Message;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;
import io.petrichor.tnetstring.TNetstring;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * However a connection ends, what was read is answered where somebody may still read it,
 * and nothing stays behind.
 */
class ConnectionEndTests {

	@Test
	void whenPeerEndsItsHalfBeforeTheDecisionThenItsRequestsAreStillAnswered() {
		TestServer.run(TestServer.with(Handlers.class, SlowAuthenticator.class), (port) -> {
			try (RawPeer peer = RawPeer.connect(port)) {
				peer.send(Map.of("user", "zed"), "").send(Map.of(), "one").send(Map.of(), "two").endOutput();
				assertThat(peer.read().header().flag("allowed")).isTrue();
				assertThat(peer.read().body().asText()).isEqualTo("one");
				assertThat(peer.read().body().asText()).isEqualTo("two");
				assertThat(peer.read()).isNull();
			}
		});
	}

	@Test
	void whenPeerWithCapabilitiesEndsItsHalfThenItsRequestsAreStillAnswered() {
		TestServer.run(TestServer.with(Handlers.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, Map.of("can", Map.of("re", 8)))) {
				for (int i = 0; i < 4; i++) {
					peer.send(Map.of("to", "big"), "");
				}
				peer.send(Map.of("to", "trickle", "id", 1), "").endOutput();
				for (int i = 0; i < 5; i++) {
					assertThat(peer.read().body().size()).isGreaterThan(Handlers.BIG);
				}
				assertThat(peer.read()).isNull();
			}
		});
	}

	@Test
	void whenPeerWithCapabilitiesEndsItsHalfAndReadsSlowlyThenItStillGetsAllThatWasAnswered() {
		TestServer.run(TestServer.with(Handlers.class).withPropertyValues("petrichor.server.outbound.max-pending=64MB"),
				(port) -> {
					Socket socket = new Socket();
					socket.setReceiveBufferSize(4096);
					try (RawPeer peer = RawPeer.over(socket, port)
						.introduce(Map.of("can", Map.of("re", 8, "more", true)))) {
						peer.send(Map.of("to", "never", "id", 7), "");
						for (int i = 0; i < 8; i++) {
							peer.send(Map.of("to", "big"), "");
						}
						peer.endOutput();
						for (int i = 0; i < 8; i++) {
							pause(Duration.ofMillis(600));
							assertThat(peer.read().body().size()).isGreaterThan(Handlers.BIG);
						}
						assertThat(peer.read()).isNull();
					}
				});
	}

	@Test
	void whenStreamEndsWithinPairThenThatIsSaidAfterTheReplies() {
		TestServer.run(TestServer.with(Handlers.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				peer.send(Map.of(), "one").send("0:}").endOutput();
				assertThat(peer.read().body().asText()).isEqualTo("one");
				assertThat(peer.read().header().text("error")).isEqualTo("bad_request");
				assertThat(peer.read()).isNull();
			}
		});
	}

	@Test
	void whenKeyOfHeaderIsNotTextThenTheConnectionEndsWithReadableError() {
		TestServer.run(TestServer.with(Handlers.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				peer.send(new byte[] { '9', ':', '2', ':', (byte) 0xC3, 0x28, ',', '1', ':', '1', '#', '}' });
				peer.send("0:~");
				assertThat(peer.read().header().text("error")).isEqualTo("bad_request");
				assertThat(peer.read()).isNull();
			}
		});
	}

	@Test
	void whenPeerReadsItsLastRepliesSlowlyThenItStillGetsThemAll() {
		TestServer.run(TestServer.with(Handlers.class).withPropertyValues("petrichor.server.outbound.max-pending=64MB"),
				(port) -> {
					Socket socket = new Socket();
					socket.setReceiveBufferSize(4096);
					try (RawPeer peer = RawPeer.over(socket, port)) {
						peer.send(Map.of("user", "zed"), "");
						for (int i = 0; i < 16; i++) {
							peer.send(Map.of("to", "big"), "");
						}
						peer.endOutput();
						assertThat(peer.read().header().flag("allowed")).isTrue();
						for (int i = 0; i < 16; i++) {
							pause(Duration.ofMillis((i < 6) ? 600 : 0));
							assertThat(peer.read().body().size()).isGreaterThan(Handlers.BIG);
						}
						assertThat(peer.read()).isNull();
					}
				});
	}

	@Test
	void whenServerCannotReadForAWhileThenThatIsNotTakenForASlowPair() {
		TestServer.run(
				TestServer.with(Handlers.class)
					.withPropertyValues("petrichor.server.message.timeout=2s", "petrichor.server.handshake.timeout=1s"),
				(port) -> {
					Socket socket = new Socket();
					socket.setReceiveBufferSize(4096);
					try (RawPeer peer = RawPeer.over(socket, port)) {
						peer.send(Map.of("user", "zed"), "");
						assertThat(peer.read().header().flag("allowed")).isTrue();
						StringBuilder sent = new StringBuilder();
						for (int i = 0; i < 16; i++) {
							sent.append("11:2:to,3:big,}0:,");
						}
						peer.send(sent + "0:}");
						pause(Duration.ofMillis(3000));
						for (int i = 0; i < 16; i++) {
							assertThat(peer.read().body().size()).isGreaterThan(Handlers.BIG);
						}
						peer.send("4:last,");
						assertThat(peer.read().body().asText()).isEqualTo("last");
					}
				});
	}

	@Test
	void whenCancellingFailsThenTheConnectionIsGoneAllTheSame() {
		TestServer.with(Handlers.class).run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			try (RawPeer peer = RawPeer.welcomed(server.port(), Map.of("can", Map.of("re", 1)))) {
				Handlers.waiting = new CountDownLatch(1);
				peer.send(Map.of("to", "uncancellable"), "");
				assertThat(Handlers.waiting.await(5, TimeUnit.SECONDS)).isTrue();
			}
			Awaitility.await().untilAsserted(() -> assertThat(server.connectionCount()).isZero());
		});
	}

	@Test
	void whenReplyIsTooBigThenAnErrorIsAndTheConnectionGoesOn() {
		TestServer.run(
				TestServer.with(Handlers.class).withPropertyValues("petrichor.server.message.max-body-size=100KB"),
				(port) -> {
					try (RawPeer peer = RawPeer.welcomed(port)) {
						Message reply = peer.request(Map.of("to", "big"), "");
						assertThat(reply.header().text("error")).isEqualTo("too_big");
						assertThat(peer.request(Map.of(), "next").body().asText()).isEqualTo("next");
					}
				});
	}

	@Test
	void whenReplyHoldsItselfThenAnErrorIsAndTheConnectionGoesOn() {
		TestServer.run(TestServer.with(Handlers.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of("to", "cyclic"), "").header().text("error")).isEqualTo("internal");
				assertThat(peer.request(Map.of("to", "endless"), "").header().text("error")).isEqualTo("internal");
				assertThat(peer.request(Map.of(), "next").body().asText()).isEqualTo("next");
			}
		});
	}

	@Test
	void whenPeerDoesNotReadThenItIsCutOffThoughMoreRepliesComeMeanwhile() {
		TestServer.with(Handlers.class)
			.withPropertyValues("petrichor.server.outbound.write-timeout=1s",
					"petrichor.server.outbound.max-pending=64MB")
			.run((context) -> {
				PetrichorServer server = context.getBean(PetrichorServer.class);
				Socket socket = new Socket();
				socket.setReceiveBufferSize(4096);
				try (RawPeer peer = RawPeer.over(socket, server.port())) {
					peer.send(Map.of("user", "zed"), "");
					for (int i = 0; i < 32; i++) {
						peer.send(Map.of("to", "trickle"), "");
					}
					long begun = System.nanoTime();
					Awaitility.await().untilAsserted(() -> assertThat(server.connectionCount()).isZero());
					assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMillis(4500));
				}
			});
	}

	/** The passing of time is what these tests are about: nothing is waited for. */
	private static void pause(Duration time) throws IOException {
		try {
			new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			throw new IOException(ex);
		}
	}

	static class SlowAuthenticator implements PetrichorAuthenticator {

		@Override
		public Decision authenticate(io.petrichor.server.auth.Handshake handshake) {
			try {
				new CountDownLatch(1).await(300, TimeUnit.MILLISECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return Decision.allow(null);
		}

	}

	static class Handlers {

		static final int BIG = 900_000;

		static volatile CountDownLatch waiting = new CountDownLatch(1);

		@PetrichorHandler
		TNetstring echo(TNetstring body) {
			return body;
		}

		@PetrichorHandler("big")
		byte[] big() {
			return new byte[BIG];
		}

		@PetrichorHandler("trickle")
		byte[] trickle() throws IOException {
			pause(Duration.ofMillis(200));
			return new byte[BIG];
		}

		@PetrichorHandler("never")
		CompletableFuture<String> never() {
			return new CompletableFuture<>();
		}

		@PetrichorHandler("cyclic")
		Object cyclic() {
			Map<String, Object> cyclic = new java.util.HashMap<>();
			cyclic.put("self", cyclic);
			return cyclic;
		}

		@PetrichorHandler("endless")
		Object endless() {
			return endless();
		}

		@PetrichorHandler("uncancellable")
		CompletableFuture<String> uncancellable() {
			waiting.countDown();
			return new CompletableFuture<>() {

				@Override
				public boolean cancel(boolean mayInterruptIfRunning) {
					throw new IllegalStateException("no");
				}

			};
		}

	}

}
