package io.petrichor.reliability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.petrichor.handler.Outcome;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.handler.Request;
import io.petrichor.handler.RequestListener;
import io.petrichor.handler.RequestObservation;
import io.petrichor.server.ConnectionInfo;
import io.petrichor.server.PetrichorServer;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.Handshake;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.testing.BufferCount;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;
import io.petrichor.tnetstring.TNetstring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * In whatever state a connection is, and however it ends: no buffer, no connection, no
 * memory and no request of it stays.
 */
class LeakMatrixTests {

	private static final Map<String, ?> CAN = Map.of("can", Map.of("re", 4, "more", true, "bye", true));

	/** What a peer has done before the exit. */
	enum Before {

		NOTHING {
			@Override
			RawPeer begin(int port) {
				return RawPeer.connect(port);
			}
		},
		PART_OF_HANDSHAKE {
			@Override
			RawPeer begin(int port) {
				return RawPeer.connect(port).send("40:4:user,");
			}
		},
		HANDSHAKE {
			@Override
			RawPeer begin(int port) {
				return RawPeer.connect(port).send(Map.of("user", "slow"), "");
			}
		},
		HANDSHAKE_AND_REQUESTS {
			@Override
			RawPeer begin(int port) {
				return RawPeer.connect(port).send(Map.of("user", "slow"), "").send("0:}3:one,0:}3:two,0:}3:t");
			}
		},
		DENIED {
			@Override
			RawPeer begin(int port) {
				RawPeer peer = RawPeer.connect(port);
				assertThat(peer.request(Map.of("user", "eve"), "").header().flag("allowed")).isFalse();
				return peer;
			}
		},
		ALLOWED {
			@Override
			RawPeer begin(int port) {
				return RawPeer.welcomed(port);
			}
		},
		ANSWERED {
			@Override
			RawPeer begin(int port) {
				RawPeer peer = RawPeer.welcomed(port);
				assertThat(peer.request(Map.of(), "hello").body().asText()).isEqualTo("hello");
				return peer;
			}
		},
		PART_OF_HEADER {
			@Override
			RawPeer begin(int port) {
				return RawPeer.welcomed(port).send("12:2:to");
			}
		},
		PART_OF_BODY {
			@Override
			RawPeer begin(int port) {
				return RawPeer.welcomed(port).send("0:}100000:").send(new byte[50_000]);
			}
		},
		BLOCKED_HANDLER {
			@Override
			RawPeer begin(int port) {
				return RawPeer.welcomed(port).send(Map.of("to", "sleeper"), "");
			}
		},
		HANDLER_THAT_NEVER_ENDS {
			@Override
			RawPeer begin(int port) {
				return RawPeer.welcomed(port, CAN).send(Map.of("to", "never", "id", 1), "");
			}
		},
		MORE_REQUESTS_THAN_ARE_READ {
			@Override
			RawPeer begin(int port) {
				RawPeer peer = RawPeer.welcomed(port).send(Map.of("to", "sleeper"), "");
				for (int i = 0; i < 40; i++) {
					peer.send(Map.of(), "x".repeat(1000));
				}
				return peer;
			}
		},
		REPLIES_THAT_ARE_NOT_READ {
			@Override
			RawPeer begin(int port) {
				RawPeer peer = ofSmallWindow(port, Map.of());
				for (int i = 0; i < 12; i++) {
					peer.send(Map.of("to", "big"), "");
				}
				return peer;
			}
		},
		STREAM_THAT_IS_NOT_READ {
			@Override
			RawPeer begin(int port) {
				return ofSmallWindow(port, CAN).send(Map.of("to", "stream", "id", 1), "");
			}
		},
		END_OF_ITS_HALF {
			@Override
			RawPeer begin(int port) {
				return RawPeer.welcomed(port).send(Map.of("to", "sleeper"), "").endOutput();
			}
		};

		abstract RawPeer begin(int port);

		private static RawPeer ofSmallWindow(int port, Map<String, ?> more) {
			try {
				Socket socket = new Socket();
				socket.setReceiveBufferSize(4096);
				RawPeer peer = RawPeer.over(socket, port);
				Map<String, Object> header = new java.util.HashMap<>(more);
				header.put("user", "zed");
				assertThat(peer.request(header, "").header().flag("allowed")).isTrue();
				return peer;
			}
			catch (SocketException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

	/** How it ends. */
	enum Exit {

		CLOSE {
			@Override
			void leave(RawPeer peer) {
				peer.close();
			}
		},
		RESET {
			@Override
			void leave(RawPeer peer) throws IOException {
				peer.socket().setSoLinger(true, 0);
				peer.close();
			}
		},
		END_OF_ITS_HALF {
			@Override
			void leave(RawPeer peer) {
				peer.endOutput();
			}
		},
		NONSENSE {
			@Override
			void leave(RawPeer peer) {
				peer.send("nonsense");
			}
		},
		TOO_MUCH {
			@Override
			void leave(RawPeer peer) {
				peer.send("999999999:");
			}
		},
		SILENCE {
		},
		DISCONNECT {
			@Override
			void end(PetrichorServer server) {
				server.connections().map(ConnectionInfo::id).toList().forEach(server::disconnect);
			}
		},
		STOP {
			@Override
			void end(PetrichorServer server) {
				server.stop(() -> {
				});
			}
		},
		STOP_AT_ONCE {
			@Override
			void end(PetrichorServer server) {
				server.stop(() -> {
				});
				server.stop(() -> {
				});
			}
		};

		void leave(RawPeer peer) throws IOException {
		}

		void end(PetrichorServer server) {
		}

	}

	@ParameterizedTest
	@EnumSource
	void whenConnectionEndsInAnyStateThenNothingOfItStays(Exit exit) {
		server().run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			List<RawPeer> peers = new ArrayList<>();
			for (Before before : Before.values()) {
				RawPeer peer = before.begin(server.port());
				peers.add(peer);
				leave(exit, peer);
			}
			exit.end(server);
			assertNothingStays(server, context.getBean(Requests.class));
			peers.forEach(RawPeer::close);
		});
	}

	@ParameterizedTest
	@EnumSource
	void whenConnectionEndsWhileTheServerGoesThenNothingOfItStays(Exit exit) {
		server().run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			RawPeer peer = RawPeer.welcomed(server.port(), CAN);
			peer.send(Map.of("to", "never", "id", 1), "").send(Map.of("to", "stream", "id", 2), "");
			assertThat(peer.read()).isNotNull();
			server.stop(() -> {
			});
			while (!peer.read().header().flag("bye")) {
				// The stream goes on.
			}
			peer.send(Map.of("to", "never", "id", 3), "");
			leave(exit, peer);
			exit.end(server);
			assertNothingStays(server, context.getBean(Requests.class));
			peer.close();
		});
	}

	private static ApplicationContextRunner server() {
		return TestServer.with(Handlers.class, Users.class, Requests.class)
			.withPropertyValues("petrichor.server.handshake.timeout=700ms", "petrichor.server.message.timeout=800ms",
					"petrichor.server.idle-timeout=700ms", "petrichor.server.dispatch.timeout=700ms",
					"petrichor.server.outbound.write-timeout=700ms", "petrichor.server.shutdown.grace-period=700ms",
					"petrichor.server.outbound.max-pending=16MB");
	}

	/** A peer that is no longer there, or cannot do it, has done it already. */
	private static void leave(Exit exit, RawPeer peer) throws IOException {
		try {
			exit.leave(peer);
		}
		catch (UncheckedIOException ex) {
			assertThat(ex).hasCauseInstanceOf(SocketException.class);
		}
	}

	private static void assertNothingStays(PetrichorServer server, Requests requests) {
		await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
			assertThat(server.connectionCount()).as("connections").isZero();
			assertThat(server.buffered()).as("memory").isZero();
			assertThat(BufferCount.isZero()).as("all buffers are released").isTrue();
			assertThat(requests.ended).as("requests that ended").hasValue(requests.accepted.get());
		});
	}

	static class Requests implements RequestListener {

		private final AtomicInteger accepted = new AtomicInteger();

		private final AtomicInteger ended = new AtomicInteger();

		@Override
		public @Nullable RequestObservation accepted(Request request) {
			this.accepted.incrementAndGet();
			return null;
		}

		@Override
		public void ended(String route, Outcome outcome, int requests, long nanos, long longest) {
			this.ended.addAndGet(requests);
		}

	}

	static class Users implements PetrichorAuthenticator {

		@Override
		public Decision authenticate(Handshake handshake) throws InterruptedException {
			if ("slow".equals(handshake.user())) {
				new CountDownLatch(1).await(30, TimeUnit.SECONDS);
			}
			return "eve".equals(handshake.user()) ? Decision.deny() : Decision.allow(null);
		}

	}

	static class Handlers {

		@PetrichorHandler
		TNetstring echo(TNetstring body) {
			return body;
		}

		@PetrichorHandler("sleeper")
		void sleeper() throws InterruptedException {
			new CountDownLatch(1).await(30, TimeUnit.SECONDS);
		}

		@PetrichorHandler("never")
		Mono<String> never() {
			return Mono.never();
		}

		@PetrichorHandler("big")
		byte[] big() {
			return new byte[900_000];
		}

		@PetrichorHandler("stream")
		Flux<byte[]> stream() {
			return Flux.<byte[]>generate((sink) -> sink.next(new byte[10_000]));
		}

	}

}
