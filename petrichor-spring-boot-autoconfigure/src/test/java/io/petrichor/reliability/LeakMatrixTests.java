package io.petrichor.reliability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.SSLException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
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
import io.petrichor.testing.Authority;
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
			RawPeer begin(Site site) throws Exception {
				return site.connect();
			}
		},
		PART_OF_TLS_HANDSHAKE {
			@Override
			RawPeer begin(Site site) throws Exception {
				return RawPeer.connect(site.port()).send(Arrays.copyOf(site.authority().clientHello(), 50));
			}
		},
		FIRST_OF_TLS_HANDSHAKE {
			@Override
			RawPeer begin(Site site) throws Exception {
				return RawPeer.connect(site.port()).send(site.authority().clientHello());
			}
		},
		PART_OF_HANDSHAKE {
			@Override
			RawPeer begin(Site site) throws Exception {
				return site.connect().send("40:4:user,");
			}
		},
		HANDSHAKE {
			@Override
			RawPeer begin(Site site) throws Exception {
				return site.connect().send(Map.of("user", "slow"), "");
			}
		},
		HANDSHAKE_AND_REQUESTS {
			@Override
			RawPeer begin(Site site) throws Exception {
				return site.connect().send(Map.of("user", "slow"), "").send("0:}3:one,0:}3:two,0:}3:t");
			}
		},
		DENIED {
			@Override
			RawPeer begin(Site site) throws Exception {
				RawPeer peer = site.connect();
				assertThat(peer.request(Map.of("user", "eve"), "").header().flag("allowed")).isFalse();
				return peer;
			}
		},
		ALLOWED {
			@Override
			RawPeer begin(Site site) throws Exception {
				return site.connect().introduce(Map.of());
			}
		},
		ANSWERED {
			@Override
			RawPeer begin(Site site) throws Exception {
				RawPeer peer = site.connect().introduce(Map.of());
				assertThat(peer.request(Map.of(), "hello").body().asText()).isEqualTo("hello");
				return peer;
			}
		},
		PART_OF_HEADER {
			@Override
			RawPeer begin(Site site) throws Exception {
				return site.connect().introduce(Map.of()).send("12:2:to");
			}
		},
		PART_OF_BODY {
			@Override
			RawPeer begin(Site site) throws Exception {
				return site.connect().introduce(Map.of()).send("0:}100000:").send(new byte[50_000]);
			}
		},
		BLOCKED_HANDLER {
			@Override
			RawPeer begin(Site site) throws Exception {
				return site.connect().introduce(Map.of()).send(Map.of("to", "sleeper"), "");
			}
		},
		HANDLER_THAT_NEVER_ENDS {
			@Override
			RawPeer begin(Site site) throws Exception {
				return site.connect().introduce(CAN).send(Map.of("to", "never", "id", 1), "");
			}
		},
		MORE_REQUESTS_THAN_ARE_READ {
			@Override
			RawPeer begin(Site site) throws Exception {
				RawPeer peer = site.connect().introduce(Map.of()).send(Map.of("to", "sleeper"), "");
				for (int i = 0; i < 40; i++) {
					peer.send(Map.of(), "x".repeat(1000));
				}
				return peer;
			}
		},
		REPLIES_THAT_ARE_NOT_READ {
			@Override
			RawPeer begin(Site site) throws Exception {
				RawPeer peer = ofSmallWindow(site, Map.of());
				for (int i = 0; i < 12; i++) {
					peer.send(Map.of("to", "big"), "");
				}
				return peer;
			}
		},
		STREAM_THAT_IS_NOT_READ {
			@Override
			RawPeer begin(Site site) throws Exception {
				return ofSmallWindow(site, CAN).send(Map.of("to", "stream", "id", 1), "");
			}
		},
		END_OF_ITS_HALF {
			@Override
			RawPeer begin(Site site) throws Exception {
				return site.connect().introduce(Map.of()).send(Map.of("to", "sleeper"), "").endOutput();
			}
		};

		abstract RawPeer begin(Site site) throws Exception;

		private static RawPeer ofSmallWindow(Site site, Map<String, ?> more) throws Exception {
			Socket socket = new Socket();
			socket.setReceiveBufferSize(4096);
			return site.connect(socket).introduce(more);
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
		/** With TLS: without the word that says so. */
		CUT {
			@Override
			void leave(Site site, RawPeer peer) throws IOException {
				site.below(peer).close();
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

		void leave(Site site, RawPeer peer) throws IOException {
			leave(peer);
		}

		void leave(RawPeer peer) throws IOException {
		}

		void end(PetrichorServer server) {
		}

	}

	@TempDir
	private Path folder;

	@ParameterizedTest
	@EnumSource
	void whenConnectionEndsInAnyStateThenNothingOfItStays(Exit exit) throws Exception {
		inBothWays((plain, tls) -> {
			List<RawPeer> peers = new ArrayList<>();
			for (Site site : List.of(plain, tls)) {
				for (Before before : Before.values()) {
					RawPeer peer = before.begin(site);
					peers.add(peer);
					leave(exit, site, peer);
				}
				exit.end(site.server());
			}
			assertNothingStays(plain);
			assertNothingStays(tls);
			peers.forEach(LeakMatrixTests::close);
		});
	}

	@ParameterizedTest
	@EnumSource
	void whenConnectionEndsWhileTheServerGoesThenNothingOfItStays(Exit exit) throws Exception {
		inBothWays((plain, tls) -> {
			List<RawPeer> peers = new ArrayList<>();
			for (Site site : List.of(plain, tls)) {
				RawPeer peer = site.connect().introduce(CAN);
				peers.add(peer);
				peer.send(Map.of("to", "never", "id", 1), "").send(Map.of("to", "stream", "id", 2), "");
				assertThat(peer.read()).isNotNull();
				site.server().stop(() -> {
				});
				while (!peer.read().header().flag("bye")) {
					// The stream goes on.
				}
				peer.send(Map.of("to", "never", "id", 3), "");
				leave(exit, site, peer);
				exit.end(site.server());
			}
			assertNothingStays(plain);
			assertNothingStays(tls);
			peers.forEach(LeakMatrixTests::close);
		});
	}

	/** With a server that speaks plaintext, and one that speaks TLS. */
	private void inBothWays(Ways test) throws Exception {
		Authority authority = new Authority(this.folder);
		authority.write(authority.issue("localhost"), "server");
		server().run((plain) -> server().withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
			.withPropertyValues("petrichor.server.ssl.bundle=server",
					"spring.ssl.bundle.pem.server.keystore.certificate=" + authority.file("server.pem"),
					"spring.ssl.bundle.pem.server.keystore.private-key=" + authority.file("server.key"))
			.run((tls) -> test.run(Site.of(plain, authority, false), Site.of(tls, authority, true))));
	}

	private interface Ways {

		void run(Site plain, Site tls) throws Exception;

	}

	/** A server, and the way of its peers to it. */
	private record Site(PetrichorServer server, Requests requests, Authority authority, boolean tls,
			Map<RawPeer, Socket> sockets) {

		static Site of(AssertableApplicationContext context, Authority authority, boolean tls) {
			return new Site(context.getBean(PetrichorServer.class), context.getBean(Requests.class), authority, tls,
					new IdentityHashMap<>());
		}

		int port() {
			return this.server.port();
		}

		RawPeer connect() throws Exception {
			return connect(new Socket());
		}

		RawPeer connect(Socket socket) throws Exception {
			RawPeer peer = this.tls ? this.authority.connect(socket, port(), null, "localhost")
					: RawPeer.over(socket, port());
			this.sockets.put(peer, socket);
			return peer;
		}

		/** The socket that the bytes go over, below TLS if there is any. */
		Socket below(RawPeer peer) {
			return this.sockets.getOrDefault(peer, peer.socket());
		}

		@Override
		public String toString() {
			return this.tls ? "with TLS" : "without TLS";
		}

	}

	private static ApplicationContextRunner server() {
		return TestServer.with(Handlers.class, Users.class, Requests.class)
			.withPropertyValues("petrichor.server.handshake.timeout=700ms", "petrichor.server.message.timeout=800ms",
					"petrichor.server.idle-timeout=700ms", "petrichor.server.dispatch.timeout=700ms",
					"petrichor.server.outbound.write-timeout=700ms", "petrichor.server.shutdown.grace-period=700ms",
					"petrichor.server.outbound.max-pending=16MB");
	}

	/** A peer that is no longer there, or cannot do it, has done it already. */
	private static void leave(Exit exit, Site site, RawPeer peer) throws IOException {
		try {
			exit.leave(site, peer);
		}
		catch (UncheckedIOException ex) {
			assertThat(ex.getCause()).isInstanceOfAny(SocketException.class, SSLException.class);
		}
	}

	/** Whatever has become of its socket. */
	private static void close(RawPeer peer) {
		try {
			peer.close();
		}
		catch (UncheckedIOException ex) {
			assertThat(ex.getCause()).isInstanceOfAny(SocketException.class, SSLException.class);
		}
	}

	private static void assertNothingStays(Site site) {
		PetrichorServer server = site.server();
		Requests requests = site.requests();
		await(site.toString()).atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
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
