package io.petrichor.reliability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.petrichor.testing.Canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * All attacks at once on a server with little memory.
 */
class StormTests {

	private static final long SECONDS = Long.getLong("reliability.storm", 60);

	private static final long MOST_MORE_HEAP = 10_000_000;

	private static final String HELLO = "13:4:user,3:zed,}0:,";

	@Test
	@Tag("clock")
	void whenAllAttackForAWhileThenOneWhoIsNoAttackerHardlyNotices() throws Exception {
		storm(5);
	}

	@Test
	@Tag("reliability")
	void whenAllAttackForLongThenOneWhoIsNoAttackerHardlyNotices() throws Exception {
		storm(SECONDS);
	}

	private static void storm(long seconds) throws Exception {
		try (ServerProcess server = ServerProcess.start(List.of("-Xmx128m", "-XX:+ExitOnOutOfMemoryError"),
				"handshake.timeout=2s", "message.timeout=5s", "outbound.write-timeout=3s", "dispatch.timeout=5s");
				Canary canary = Canary.watch(server.port())) {
			canary.assertWell();
			ServerProcess.Stats before = server.stats();
			Attacks attacks = new Attacks(server.port());
			attacks.run(seconds);
			canary.assertWell();
			assertThat(server.process().isAlive()).isTrue();
			await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
				ServerProcess.Stats after = server.stats();
				assertThat(after.of("connections")).as("connections").isLessThanOrEqualTo(before.of("connections"));
				assertThat(after.of("buffered")).as("bytes").isLessThanOrEqualTo(before.of("buffered"));
				assertThat(after.of("heap")).as("heap").isLessThanOrEqualTo(before.of("heap") + MOST_MORE_HEAP);
				assertThat(after.of("files")).as("files").isLessThanOrEqualTo(before.of("files") + 2);
				assertThat(after.of("accepted") - after.of("ended")).as("requests in flight").isOne();
			});
			ServerProcess.Stats after = server.stats();
			assertThat(after.values()).as("the attacks have come as far as they could")
				.containsKeys("DENIED", "HANDSHAKE_TIMEOUT", "MEMORY", "PROTOCOL_ERROR");
			assertThat(server.program().output()).doesNotContain("OutOfMemoryError", "LEAK:");
			System.out.printf(
					"measured: storm: %d s at -Xmx128m: %s; canary %s; heap %d -> %d KB, files %d -> %d, connections %d -> %d, "
							+ "in flight %d -> %d; closed: %s%n",
					seconds, attacks.counts, canary, before.of("heap") / 1024, after.of("heap") / 1024,
					before.of("files"), after.of("files"), before.of("connections"), after.of("connections"),
					before.of("accepted") - before.of("ended") - 1, after.of("accepted") - after.of("ended") - 1,
					after.values()
						.entrySet()
						.stream()
						.filter((entry) -> entry.getKey().equals(entry.getKey().toUpperCase()))
						.toList());
		}
	}

	/** Each at a rate of its own. */
	private static final class Attacks {

		private final int port;

		private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(6);

		private final Map<String, AtomicLong> counts = new TreeMap<>();

		private final AtomicInteger connects = new AtomicInteger();

		private final List<Runnable> ends = new ArrayList<>();

		Attacks(int port) {
			this.port = port;
			every(10, "silence", hold(500, 20, ""));
			every(100, "drip", drip(200));
			every(5, "giant size", hold(5, 21, HELLO + "999999999:"));
			every(200, "depth", hold(5, 22, HELLO + "0:}" + nested(2000)));
			every(200, "elements", hold(5, 23, HELLO + "0:}1048575:" + "0:}".repeat(349_525) + "]"));
			every(200, "digits", hold(5, 24, HELLO + "0:}1000000:" + "9".repeat(1_000_000) + "#"));
			every(100, "no reader", hold(50, 25, HELLO + "11:2:to,3:big,}6:900000#".repeat(30)));
			every(100, "half a body", hold(200, 26, HELLO + "0:}1000000:" + "x".repeat(900_000)));
			every(20, "TLS", hold(5, 27, "\u0016\u0003\u0001\u0002\u0000\u0001\u0000"));
			every(50, "brute force", hold(5, 28, "13:4:user,3:eve,}0:,"));
			every(20, "unknown route", hold(5, 29, HELLO + "15:2:to,7:unknown,}0:~".repeat(30)));
			every(50, "work for nobody", hold(5, 30, HELLO + "13:2:to,5:never,}0:~".repeat(10)));
			every(100, "pipeline", hold(20, 31, HELLO + ("0:}1000:" + "x".repeat(1000) + ",").repeat(1000)));
			every(1000, "failing handler", hold(5, 32, HELLO + "12:2:to,4:fail,}5:stack,"));
		}

		private static String nested(int depth) {
			String value = "0:]";
			for (int i = 1; i < depth; i++) {
				value = value.length() + ":" + value + "]";
			}
			return value;
		}

		void run(long seconds) throws InterruptedException {
			new CountDownLatch(1).await(seconds, TimeUnit.SECONDS);
			this.threads.shutdownNow();
			assertThat(this.threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
			this.ends.forEach(Runnable::run);
		}

		private void every(long millis, String name, Strike strike) {
			AtomicLong count = new AtomicLong();
			this.counts.put(name, count);
			this.threads.scheduleWithFixedDelay(() -> {
				try {
					strike.run();
				}
				catch (IOException | UncheckedIOException ex) {
					// Turned away, as it should be.
				}
				count.incrementAndGet();
			}, millis, millis, TimeUnit.MILLISECONDS);
		}

		private interface Strike {

			void run() throws IOException;

		}

		/** As many at once, each with the same bytes; one more for the oldest. */
		private Strike hold(int most, int network, String bytes) {
			Deque<SocketChannel> held = new ArrayDeque<>();
			this.ends.add(() -> held.forEach(Attacks::close));
			byte[] sent = bytes.getBytes(StandardCharsets.ISO_8859_1);
			return () -> {
				if (held.size() == most) {
					close(held.remove());
				}
				held.add(connect(network));
				held.getLast().write(ByteBuffer.wrap(sent));
			};
		}

		/** Handshakes of which a byte comes now and then. */
		private Strike drip(int most) {
			Deque<SocketChannel> held = new ArrayDeque<>();
			this.ends.add(() -> held.forEach(Attacks::close));
			return () -> {
				held.removeIf((peer) -> !isAlive(peer));
				for (int i = 0; i < 5 && held.size() < most; i++) {
					held.add(connect(33));
					held.getLast().write(ByteBuffer.wrap("400:".getBytes(StandardCharsets.US_ASCII)));
				}
			};
		}

		private static boolean isAlive(SocketChannel peer) {
			try {
				peer.write(ByteBuffer.wrap(new byte[] { '1' }));
				return true;
			}
			catch (IOException ex) {
				close(peer);
				return false;
			}
		}

		/** What does not fit into the buffers is not sent. */
		private SocketChannel connect(int network) throws IOException {
			SocketChannel peer = SocketChannel.open();
			try {
				peer.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
				String from = "127.0.%d.%d".formatted(network, 1 + this.connects.incrementAndGet() % 50);
				peer.bind(new InetSocketAddress(from, 0));
				peer.connect(new InetSocketAddress("127.0.0.1", this.port));
				peer.configureBlocking(false);
				return peer;
			}
			catch (IOException ex) {
				close(peer);
				throw ex;
			}
		}

		private static void close(SocketChannel peer) {
			try {
				peer.close();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
