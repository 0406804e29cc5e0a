package io.petrichor.reliability;

import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.event.EventListener;

import io.petrichor.handler.PetrichorConnection;
import io.petrichor.handler.PetrichorConnections;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.Message;
import io.petrichor.server.CloseReason;
import io.petrichor.server.ConnectionClosed;
import io.petrichor.server.PetrichorServer;
import io.petrichor.server.ServerListener;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * One of a hundred subscribers does not read: it is cut off, that is counted and an
 * event, and the others miss nothing.
 */
@Tag("clock")
class SlowConsumerTests {

	private static final int SUBSCRIBERS = 100;

	private static final int MESSAGES = Integer.getInteger("reliability.messages", 120);

	private static final Map<String, ?> CAN = Map.of("can",
			Map.of("re", 4, "more", true, "push", true, "oneway", true, "bye", true));

	@Test
	void whenOneSubscriberOfPushesDoesNotReadThenItIsCutOffAndTheOthersGetAll() throws Exception {
		server().run((context) -> {
			PetrichorConnections connections = context.getBean(PetrichorConnections.class);
			AtomicLong refused = new AtomicLong();
			run("push", context.getBean(PetrichorServer.class), context.getBean(Subscriptions.class), (peer) -> {
			}, () -> {
				for (int i = 0; i < MESSAGES; i++) {
					byte[] news = news(i);
					for (PetrichorConnection connection : connections.all()) {
						if (!sent(connection, news) && !isSlow(connection, refused)) {
							await().until(() -> sent(connection, news));
						}
					}
				}
			});
			assertThat(refused).as("what the slow one was not sent").hasPositiveValue();
		});
	}

	@Test
	void whenOneReaderOfStreamsDoesNotReadThenItIsCutOffAndTheOthersGetAll() throws Exception {
		server().run((context) -> run("stream", context.getBean(PetrichorServer.class),
				context.getBean(Subscriptions.class), (peer) -> peer.send(Map.of("to", "news", "id", 1), ""), () -> {
				}));
	}

	private static boolean sent(PetrichorConnection connection, byte[] news) {
		try {
			connection.send("news", news);
			return true;
		}
		catch (IllegalStateException ex) {
			return false;
		}
	}

	/** Those who read get another chance, the one who does not is left out. */
	private static boolean isSlow(PetrichorConnection connection, AtomicLong refused) {
		boolean slow = "slow".equals(String.valueOf(connection.header().text("user")));
		if (slow) {
			refused.incrementAndGet();
		}
		return slow;
	}

	private interface Subscribe {

		void subscribe(RawPeer peer);

	}

	private static void run(String what, PetrichorServer server, Subscriptions subscriptions, Subscribe subscribe,
			Runnable publish) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(8);
		List<RawPeer> readers = new ArrayList<>();
		try (RawPeer slow = slow(server.port())) {
			for (int i = 1; i < SUBSCRIBERS; i++) {
				readers.add(RawPeer.welcomed(server.port(), CAN));
			}
			await().until(() -> server.members().all().size() == SUBSCRIBERS);
			subscribe.subscribe(slow);
			readers.forEach(subscribe::subscribe);
			Future<?> published = threads.submit(publish);
			AtomicInteger complete = new AtomicInteger();
			for (int i = 0; i < 7; i++) {
				int first = i;
				threads.submit(() -> {
					for (int next = 0; next < MESSAGES; next++) {
						for (int reader = first; reader < readers.size(); reader += 7) {
							Message message = readers.get(reader).read();
							if (!java.util.Arrays.equals(message.body().asBytes(), news(next))) {
								return;
							}
							if (next == MESSAGES - 1) {
								complete.incrementAndGet();
							}
						}
					}
				});
			}
			Duration cutOff = awaitCutOff(slow, server, subscriptions);
			published.get(60, TimeUnit.SECONDS);
			await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(complete).hasValue(SUBSCRIBERS - 1));
			assertThat(subscriptions.closed).singleElement()
				.satisfies((closed) -> assertThat(closed.reason()).isEqualTo(CloseReason.SLOW_CONSUMER))
				.satisfies((closed) -> assertThat(closed.connection().header().text("user")).isEqualTo("slow"));
			assertThat(subscriptions.counted).hasValue(1);
			assertThat(cutOff).isLessThan(Duration.ofSeconds(11));
			System.out.printf(
					"measured: slow consumer of a %s: cut off %d ms after the last byte it took; %d others got %d messages of 64 KB each%n",
					what, cutOff.toMillis(), complete.get(), MESSAGES);
		}
		finally {
			threads.shutdownNow();
			readers.forEach(RawPeer::close);
		}
	}

	/** Since the last byte that went to it, or into the buffers before it. */
	private static Duration awaitCutOff(RawPeer slow, PetrichorServer server, Subscriptions subscriptions) {
		AtomicLong taken = new AtomicLong(-1);
		AtomicLong arrived = new AtomicLong(-1);
		AtomicLong since = new AtomicLong(System.nanoTime());
		await().pollInterval(Duration.ofMillis(20)).atMost(Duration.ofSeconds(40)).until(() -> {
			server.connections()
				.filter((connection) -> "slow".equals(connection.user()) && connection.pendingOutput() > 0)
				.mapToLong((connection) -> connection.bytesWritten() - connection.pendingOutput())
				.filter((bytes) -> taken.getAndAccumulate(bytes, Math::max) < bytes)
				.forEach((bytes) -> since.set(System.nanoTime()));
			int available = slow.socket().getInputStream().available();
			if (subscriptions.closed.isEmpty() && arrived.getAndSet(available) != available) {
				since.set(System.nanoTime());
			}
			return !subscriptions.closed.isEmpty();
		});
		return Duration.ofNanos(System.nanoTime() - since.get());
	}

	private static RawPeer slow(int port) throws SocketException {
		Socket socket = new Socket();
		socket.setReceiveBufferSize(4096);
		RawPeer peer = RawPeer.over(socket, port);
		Map<String, Object> header = new HashMap<>(CAN);
		header.put("user", "slow");
		assertThat(peer.request(header, "").header().flag("allowed")).isTrue();
		return peer;
	}

	private static byte[] news(int number) {
		byte[] news = new byte[64 * 1024];
		java.util.Arrays.fill(news, (byte) number);
		return news;
	}

	private static ApplicationContextRunner server() {
		return TestServer.with(Subscriptions.class)
			.withPropertyValues("petrichor.server.handshake.max-pending-per-address=200",
					"petrichor.server.handshake.max-pending=1000", "petrichor.server.max-buffered=1GB",
					"petrichor.server.handshake.timeout=3s");
	}

	static class Subscriptions implements ServerListener {

		private final Queue<ConnectionClosed> closed = new ConcurrentLinkedQueue<>();

		private final AtomicInteger counted = new AtomicInteger();

		@EventListener
		void closed(ConnectionClosed event) {
			this.closed.add(event);
		}

		@Override
		public void connectionClosed(CloseReason reason) {
			if (reason == CloseReason.SLOW_CONSUMER) {
				this.counted.incrementAndGet();
			}
		}

		@PetrichorHandler("news")
		Flux<byte[]> news() {
			return Flux.range(0, MESSAGES).map(SlowConsumerTests::news);
		}

	}

}
