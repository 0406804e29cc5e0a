package io.petrichor.server;

import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import io.petrichor.handler.PetrichorConnection;
import io.petrichor.handler.PetrichorConnections;
import io.petrichor.handler.PetrichorException;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.Message;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * No pair is sent that is larger than its peer said it reads, or than the server sends.
 */
class OutboundLimitTests {

	private static final int MAX = 1000;

	/** What a body of bytes of that size has around it, and the header of its pair. */
	private static final int AROUND = "9:2:re,1:1#}".length() + "000:,".length();

	@Test
	void whenReplyIsAPairLargerThanThePeerReadsThenAnErrorIs() {
		TestServer.with(Handlers.class).run((context) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context), can(MAX))) {
				Message largest = peer.request(Map.of("to", "bytes", "id", 1), MAX - AROUND);
				assertThat(sizeOf(largest)).isEqualTo(MAX);
				Message larger = peer.request(Map.of("to", "bytes", "id", 1), MAX - AROUND + 1);
				assertThat(larger.header().text("error")).isEqualTo("too_big");
				assertThat(larger.header().integer("re")).isEqualTo(1);
				Message withLongNumber = peer.request(Map.of("to", "bytes", "id", Long.MAX_VALUE), MAX - AROUND);
				assertThat(withLongNumber.header().text("error")).isEqualTo("too_big");
			}
		});
	}

	@Test
	void whenPartOfAStreamIsLargerThanThePeerReadsThenTheStreamEndsWithAnError() {
		TestServer.with(Handlers.class).run((context) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context), can(MAX))) {
				assertStreamsEndTooBig(peer);
			}
		});
	}

	@Test
	void whenPartOfAStreamIsLargerThanTheServerSendsThenTheStreamEndsWithAnError() {
		TestServer.with(Handlers.class)
			.withPropertyValues("petrichor.server.message.max-body-size=2KB")
			.run((context) -> {
				try (RawPeer peer = RawPeer.welcomed(TestServer.port(context), can(0))) {
					assertStreamsEndTooBig(peer);
				}
			});
	}

	private static void assertStreamsEndTooBig(RawPeer peer) {
		for (String to : new String[] { "flux", "stream" }) {
			Message first = peer.request(Map.of("to", to, "id", 1), "");
			assertThat(first.header().flag("more")).isTrue();
			Message last = peer.read();
			assertThat(last.header().flag("more")).isFalse();
			assertThat(last.header().text("error")).isEqualTo("too_big");
			assertThat(peer.request(Map.of("to", "bytes", "id", 2), 1).header().integer("re")).isEqualTo(2);
		}
	}

	@Test
	void whenPushIsLargerThanThePeerReadsThenItIsNotSent() {
		TestServer.with(Handlers.class).run((context) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context), can(MAX))) {
				PetrichorConnection connection = context.getBean(PetrichorConnections.class).all().iterator().next();
				assertThatExceptionOfType(PetrichorException.class)
					.isThrownBy(() -> connection.send("news", new byte[MAX]))
					.withMessageContaining("too_big");
				assertThatExceptionOfType(PetrichorException.class)
					.isThrownBy(() -> connection.request("news", new byte[MAX], String.class).block())
					.withMessageContaining("too_big");
				connection.send("news", new byte[10]);
				assertThat(peer.read().body().asBytes()).hasSize(10);
			}
		});
	}

	@Test
	void whenPairIsAsLargeAsTheServerSaysItReadsThenItIsRead() {
		TestServer.with(Handlers.class)
			.withPropertyValues("petrichor.server.message.max-body-size=2KB")
			.run((context) -> {
				try (RawPeer peer = RawPeer.connect(TestServer.port(context))) {
					Message welcome = peer.request(Map.of("user", "zed", "can", Map.of("re", 1)), "");
					assertThat(welcome.header().get("can"))
						.asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
						.hasEntrySatisfying("max", (max) -> {
							int body = ((Long) max).intValue() - "0:}".length() - "0000:,".length();
							assertThat(peer.send("0:}" + body + ":" + "x".repeat(body) + ",").read().body().asText())
								.isEqualTo(Integer.toString(body));
						});
				}
			});
	}

	private static Map<String, ?> can(int max) {
		return Map.of("can", Map.of("re", 8, "more", true, "push", true, "oneway", true, "max", max));
	}

	private static int sizeOf(Message message) {
		return message.header().encoded().size() + message.body().size();
	}

	static class Handlers {

		@PetrichorHandler
		String size(byte[] body) {
			return Integer.toString(body.length);
		}

		@PetrichorHandler("bytes")
		byte[] bytes(int size) {
			return new byte[size];
		}

		@PetrichorHandler("flux")
		Flux<byte[]> flux() {
			return Flux.just(new byte[10], new byte[5000], new byte[20]);
		}

		@PetrichorHandler("stream")
		Stream<byte[]> stream() {
			return Stream.of(new byte[10], new byte[5000], new byte[20]);
		}

	}

}
