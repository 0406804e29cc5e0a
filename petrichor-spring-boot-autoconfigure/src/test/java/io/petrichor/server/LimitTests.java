package io.petrichor.server;

import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.Message;
import io.petrichor.testing.AcceptedChannels;
import io.petrichor.testing.Peers;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Each limit holds, with nothing but that limit in the way.
 */
class LimitTests {

	@Test
	void whenManyHandshakesArePendingThenNewcomersAreTurnedAway() {
		run((port) -> {
			List<RawPeer> silent = new ArrayList<>();
			for (int i = 0; i < 40; i++) {
				silent.add(Peers.from("127.0.4." + (1 + i), port));
			}
			assertThat(silent.stream().filter((peer) -> isEnded(peer, 200)).count()).isGreaterThanOrEqualTo(20);
			silent.forEach(RawPeer::close);
		}, "handshake.max-pending=20");
	}

	@Test
	void whenManyHandshakesOfOneAddressArePendingThenItsNewcomersAreTurnedAway() {
		run((port) -> {
			try (Peers silent = Peers.connect(10, port, "127.0.0.2")) {
				assertThat(silent.all().stream().filter((peer) -> isEnded(peer, 200)).count()).isEqualTo(5);
			}
		}, "handshake.max-pending-per-address=5");
	}

	@Test
	void whenFirstHeaderIsDeepThenPeerIsDenied() {
		run((port) -> {
			try (RawPeer peer = RawPeer.connect(port)) {
				assertThat(peer.request(Map.of("deep", deep(7)), "").header().flag("allowed")).isTrue();
			}
			try (RawPeer peer = RawPeer.connect(port)) {
				assertThat(peer.request(Map.of("deep", deep(8)), "").header().flag("allowed")).isFalse();
			}
		});
	}

	@Test
	void whenFirstPairHasManyValuesThenPeerIsDenied() {
		run((port) -> {
			try (RawPeer peer = RawPeer.connect(port)) {
				assertThat(peer.request(Map.of(), many(200)).header().flag("allowed")).isTrue();
			}
			try (RawPeer peer = RawPeer.connect(port)) {
				assertThat(peer.request(Map.of(), many(300)).header().flag("allowed")).isFalse();
			}
		});
	}

	@Test
	void whenHeaderIsLargeThenConnectionEnds() {
		run((port) -> {
			assertGoesOn(port, "8192:");
			assertTooBig(port, "8193:");
		});
	}

	@Test
	void whenBodyIsLargeThenConnectionEnds() {
		run((port) -> {
			assertGoesOn(port, "0:}1048576:");
			assertTooBig(port, "0:}1048577:");
		});
	}

	@Test
	void whenBodyIsDeepThenConnectionEnds() {
		run((port) -> {
			assertThat(send(port, "0:}" + nested(128)).header().has("error")).isFalse();
			assertThat(send(port, "0:}" + nested(129)).header().text("error")).isEqualTo("too_big");
		});
	}

	@Test
	void whenBodyHasManyValuesThenConnectionEnds() {
		run((port) -> {
			assertThat(request(port, many(16_000)).header().has("error")).isFalse();
			assertThat(request(port, many(16_400)).header().text("error")).isEqualTo("too_big");
		});
	}

	@Test
	void whenNumberIsLongThenConnectionEnds() {
		run((port) -> {
			assertThat(send(port, "0:}1000:" + "9".repeat(1000) + "#").header().has("error")).isFalse();
			assertThat(send(port, "0:}1001:" + "9".repeat(1001) + "#").header().text("error")).isEqualTo("too_big");
		});
	}

	@Test
	void whenPairDoesNotEndThenConnectionDoes() {
		run((port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				peer.send("0:}100:");
				await().until(() -> {
					peer.send("x");
					return isEnded(peer, 50);
				});
			}
		}, "handshake.timeout=400ms", "message.timeout=500ms");
	}

	@Test
	void whenPeerIsSilentThenConnectionEnds() {
		run((port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.read()).isNull();
			}
		}, "idle-timeout=500ms");
	}

	@Test
	void whenManyRequestsAreInFlightThenNoMoreAreRead() {
		TestServer.with(Handlers.class)
			.withPropertyValues("petrichor.server.dispatch.max-in-flight=5",
					"petrichor.server.shutdown.grace-period=100ms")
			.run((context) -> {
				Handlers handlers = context.getBean(Handlers.class);
				try (RawPeer peer = RawPeer.welcomed(TestServer.port(context), Map.of("can", Map.of("re", 5)))) {
					for (int i = 0; i < 20; i++) {
						peer.send(Map.of("to", "counted", "id", i), "");
					}
					await().untilAsserted(() -> assertThat(handlers.begun).hasValueGreaterThanOrEqualTo(5));
					new CountDownLatch(1).await(200, TimeUnit.MILLISECONDS);
					// One more, which might be a cancel.
					assertThat(handlers.begun).hasValueLessThanOrEqualTo(6);
				}
			});
	}

	@Test
	void whenHandlerTakesLongThenItsRequestTimesOut() {
		run((port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of("to", "counted"), "").header().text("error")).isEqualTo("timeout");
			}
		}, "dispatch.timeout=300ms");
	}

	@Test
	void whenMuchOutputWaitsThenNoRequestIsBegun() {
		TestServer.with(Handlers.class)
			.withPropertyValues("petrichor.server.outbound.max-pending=2MB",
					"petrichor.server.dispatch.max-in-flight=100")
			.run((context) -> {
				Handlers handlers = context.getBean(Handlers.class);
				try (RawPeer peer = ofSmallWindow(TestServer.port(context))) {
					for (int i = 0; i < 60; i++) {
						peer.send(Map.of("to", "big"), "");
					}
					await().untilAsserted(() -> assertThat(handlers.begun).hasValueGreaterThanOrEqualTo(2));
					new CountDownLatch(1).await(500, TimeUnit.MILLISECONDS);
					// Two megabytes here, three in the kernel.
					assertThat(handlers.begun).hasValueLessThanOrEqualTo(12);
				}
			});
	}

	@Test
	void whenStreamBeginsThenItIsAskedForOneValueSinceTheirSizeIsNotKnown() {
		TestServer.with(Handlers.class).run((context) -> {
			Handlers handlers = context.getBean(Handlers.class);
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context),
					Map.of("can", Map.of("re", 5, "more", true)))) {
				peer.request(Map.of("to", "stream", "id", 1), "");
				assertThat(handlers.asked.peek()).isEqualTo(1);
			}
		});
	}

	@Test
	void whenConnectionIsAcceptedThenTheKernelAsksWhetherThePeerIsThere() {
		List<Channel> accepted = new ArrayList<>();
		TestServer.run(TestServer.with(Handlers.class)
			.withBean(AcceptedChannels.class, () -> new AcceptedChannels(accepted::add)), (port) -> {
				try (RawPeer peer = RawPeer.welcomed(port)) {
					assertThat(peer.request(Map.of(), "").header().has("error")).isFalse();
					assertThat(accepted.get(0).config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
					assertThat(
							accepted.get(0).config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE)))
						.isEqualTo(60);
				}
			});
	}

	private static void run(TestServer.PortTest test, String... properties) {
		var runner = TestServer.with(Handlers.class);
		for (String property : properties) {
			runner = runner.withPropertyValues("petrichor.server." + property);
		}
		TestServer.run(runner, test);
	}

	private static Object deep(int levels) {
		return (levels == 1) ? List.of() : List.of(deep(levels - 1));
	}

	private static String nested(int levels) {
		String value = "0:]";
		for (int i = 1; i < levels; i++) {
			value = value.length() + ":" + value + "]";
		}
		return value;
	}

	private static Object many(int values) {
		return java.util.Collections.nCopies(values, 1);
	}

	private static Message request(int port, Object body) {
		try (RawPeer peer = RawPeer.welcomed(port)) {
			return peer.request(Map.of(), body);
		}
	}

	private static Message send(int port, String pair) {
		try (RawPeer peer = RawPeer.welcomed(port)) {
			return peer.send(pair).read();
		}
	}

	/** By its size alone. */
	private static void assertTooBig(int port, String beginning) {
		assertThat(send(port, beginning).header().text("error")).isEqualTo("too_big");
	}

	private static void assertGoesOn(int port, String beginning) {
		try (RawPeer peer = RawPeer.welcomed(port)) {
			assertThat(isEnded(peer.send(beginning), 100)).isFalse();
		}
	}

	private static boolean isEnded(RawPeer peer, int millis) {
		try {
			peer.socket().setSoTimeout(millis);
			return peer.socket().getInputStream().read() < 0;
		}
		catch (java.net.SocketTimeoutException ex) {
			return false;
		}
		catch (java.io.IOException | UncheckedIOException ex) {
			return true;
		}
	}

	private static RawPeer ofSmallWindow(int port) throws SocketException {
		Socket socket = new Socket();
		socket.setReceiveBufferSize(4096);
		RawPeer peer = RawPeer.over(socket, port);
		assertThat(peer.request(new HashMap<>(Map.of("user", "zed")), "").header().flag("allowed")).isTrue();
		return peer;
	}

	static class Handlers {

		private final AtomicInteger begun = new AtomicInteger();

		@PetrichorHandler
		io.petrichor.tnetstring.TNetstring echo(io.petrichor.tnetstring.TNetstring body) {
			return body;
		}

		private final Queue<Long> asked = new ConcurrentLinkedQueue<>();

		@PetrichorHandler("stream")
		Flux<byte[]> stream() {
			return Flux.range(0, 10).map((next) -> new byte[900_000]).doOnRequest(this.asked::add);
		}

		@PetrichorHandler("counted")
		Mono<String> counted() {
			this.begun.incrementAndGet();
			return Mono.never();
		}

		@PetrichorHandler("big")
		byte[] big() {
			this.begun.incrementAndGet();
			return new byte[900_000];
		}

	}

}
