package io.petrichor.handler;

import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import io.petrichor.protocol.Message;
import io.petrichor.server.ConnectionInfo;
import io.petrichor.server.PetrichorServer;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How replies of many pairs end that do not come to their own end.
 */
class StreamReplyTests {

	private static final Map<String, ?> CAN = Map.of("can", Map.of("re", 8, "more", true));

	@ParameterizedTest
	@ValueSource(classes = { StackOverflowError.class, NoClassDefFoundError.class, IllegalStateException.class })
	void whenStreamFailsInTheMiddleThenThePeerIsToldAtOnceWhateverItIs(Class<? extends Throwable> failure) {
		TestServer.run(TestServer.with(Handlers.class).withPropertyValues("petrichor.server.dispatch.timeout=2s"),
				(port) -> {
					try (RawPeer peer = RawPeer.welcomed(port, CAN)) {
						peer.send(Map.of("to", "fail", "id", 1), failure.getSimpleName());
						assertThat(peer.read().body().value()).isEqualTo(0L);
						assertThat(peer.read().body().value()).isEqualTo(1L);
						assertThat(peer.read().header().asMap()).isEqualTo(Map.of("re", 1L, "error", "internal"));
						assertThat(peer.request(Map.of("to", "never", "id", 2, "ttl", 100), "").header().text("error"))
							.isEqualTo("timeout");
					}
				});
	}

	@Test
	void whenStreamMayTakeNoLongerThenItEndsAlsoIfThePeerDoesNotReadIt() {
		TestServer.with(Handlers.class).run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			try (RawPeer peer = ofSmallWindow(server.port())) {
				peer.send(Map.of("to", "endless", "id", 1, "ttl", 300), "");
				assertThat(context.getBean(Handlers.class).begun.await(10, TimeUnit.SECONDS)).isTrue();
				Awaitility.await().until(() -> server.connections().mapToInt(ConnectionInfo::inFlight).sum() == 0);
				Message reply;
				do {
					reply = peer.read();
				}
				while (reply.header().flag("more"));
				assertThat(reply.header().asMap()).isEqualTo(Map.of("re", 1L, "error", "timeout"));
			}
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whenStreamIsNotWantedAnyMoreThenItIsClosedWhereItMayBlock(boolean gone) {
		TestServer.with(Handlers.class).run((context) -> {
			Handlers handlers = context.getBean(Handlers.class);
			RawPeer peer = ofSmallWindow(TestServer.port(context));
			try {
				peer.send(Map.of("to", "rows", "id", 1), "");
				Awaitility.await().until(() -> handlers.rows.get() > 0);
				AtomicInteger seen = new AtomicInteger();
				Awaitility.await()
					.during(Duration.ofMillis(200))
					.until(() -> seen.getAndSet(handlers.rows.get()) == handlers.rows.get());
				if (gone) {
					peer.close();
				}
				else {
					peer.send(Map.of("id", 1, "cancel", true), "");
					while (peer.read().header().flag("more")) {
						// Until there is room again, the cancel is not read.
					}
				}
				Awaitility.await().until(() -> handlers.closedBy.get() != null);
				assertThat(handlers.closedBy.get()).startsWith("petrichor-handler-");
			}
			finally {
				peer.close();
			}
		});
	}

	private static RawPeer ofSmallWindow(int port) throws SocketException {
		Socket socket = new Socket();
		socket.setReceiveBufferSize(4096);
		return RawPeer.over(socket, port).introduce(CAN);
	}

	static class Handlers {

		final CountDownLatch begun = new CountDownLatch(1);

		final AtomicInteger rows = new AtomicInteger();

		final AtomicReference<String> closedBy = new AtomicReference<>();

		@PetrichorHandler("fail")
		Flux<Integer> fail(String failure) {
			return Flux.range(0, 10).map((number) -> {
				if (number < 2) {
					return number;
				}
				switch (failure) {
					case "StackOverflowError" -> throw new StackOverflowError();
					case "NoClassDefFoundError" -> throw new NoClassDefFoundError();
					default -> throw new IllegalStateException();
				}
			});
		}

		@PetrichorHandler("never")
		Flux<String> never() {
			return Flux.never();
		}

		@PetrichorHandler("endless")
		Flux<byte[]> endless() {
			this.begun.countDown();
			return Flux.generate((sink) -> sink.next(new byte[50_000]));
		}

		@PetrichorHandler("rows")
		Stream<byte[]> rows() {
			return Stream.generate(() -> {
				this.rows.incrementAndGet();
				return new byte[50_000];
			}).onClose(() -> this.closedBy.set(Thread.currentThread().getName()));
		}

	}

}
