package io.petrichor.reliability;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.petrichor.testing.Canary;
import io.petrichor.testing.RandomInput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Whole sessions at random over sockets: a handshake or something like it, pairs right
 * and wrong in any pieces, and any end.
 */
class SessionTests {

	private static final long SESSIONS = Long.getLong("reliability.sessions", 500_000);

	/** Each waits some of the time for a reply that does not come. */
	private static final int MANY_CLIENTS = 32;

	private static final long SEED = Long.getLong("reliability.seed", System.nanoTime());

	private static final byte[] HELLO = "13:4:user,3:zed,}0:,".getBytes();

	private static final byte[] HELLO_WITH_ALL = ("59:4:user,3:zed,3:can,36:2:re,1:4#4:more,4:true!3:bye,4:true!}}0:,")
		.getBytes();

	@Test
	void whenSessionsAreRandomThenServerIsAsBefore() throws Exception {
		sessions(2_000, LoadTests.DRIVERS);
	}

	@Test
	@Tag("reliability")
	void whenManySessionsAreRandomThenServerIsAsBefore() throws Exception {
		sessions(SESSIONS, MANY_CLIENTS);
	}

	private static void sessions(long count, int clients) throws Exception {
		try (ServerProcess server = ServerProcess.start(java.util.List.of("-Xmx128m", "-XX:+ExitOnOutOfMemoryError"),
				"authentication.penalty=0s", "handshake.timeout=2s", "message.timeout=3s")) {
			ServerProcess.Stats before = server.stats();
			AtomicLong answered = new AtomicLong();
			AtomicLong refused = new AtomicLong();
			try (Canary canary = Canary.watch(server.port())) {
				LoadTests.drive(clients, (driver) -> {
					RandomInput random = new RandomInput(SEED + driver);
					for (long i = driver; i < count; i += clients) {
						try {
							answered.addAndGet(session(server.port(), driver, random));
						}
						catch (IOException ex) {
							refused.incrementAndGet();
						}
					}
				});
				assertThat(server.process().isAlive()).isTrue();
				System.out
					.printf("measured: sessions: %d at random, %d bytes of replies, %d ended by the server first, "
							+ "seed %d; canary %s%n", count, answered.get(), refused.get(), SEED, canary);
			}
			assertThat(answered).as("bytes of replies").hasValueGreaterThan(count);
			await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
				ServerProcess.Stats after = server.stats();
				assertThat(after.of("connections")).isOne();
				assertThat(after.of("buffered")).isLessThanOrEqualTo(before.of("buffered"));
				assertThat(after.of("accepted") - after.of("ended")).isOne();
				assertThat(after.of("files")).isLessThanOrEqualTo(before.of("files") + 2);
				assertThat(after.of("heap")).isLessThanOrEqualTo(before.of("heap") + 10_000_000);
			});
			assertThat(server.program().output()).doesNotContain("OutOfMemoryError", "IllegalReferenceCount",
					"NullPointerException");
		}
	}

	/** The bytes that were read. */
	private static long session(int port, int driver, RandomInput random) throws IOException {
		try (Socket socket = new Socket()) {
			socket.bind(new InetSocketAddress("127.0.5." + (1 + driver), 0));
			socket.connect(new InetSocketAddress("127.0.0.1", port));
			socket.setTcpNoDelay(true);
			socket.setSoTimeout(20);
			switch (random.below(8)) {
				case 0 -> send(socket, random.pairs(), random);
				case 1, 2 -> send(socket, HELLO_WITH_ALL, random);
				default -> send(socket, HELLO, random);
			}
			long read = 0;
			for (int i = random.below(6); i > 0; i--) {
				send(socket, random.pairs(), random);
				if (random.below(3) == 0) {
					read += read(socket);
				}
			}
			switch (random.below(4)) {
				case 0 -> socket.setSoLinger(true, 0);
				case 1 -> {
					socket.shutdownOutput();
					read += read(socket);
				}
				case 2 -> read += read(socket);
				default -> {
				}
			}
			return read;
		}
	}

	private static void send(Socket socket, byte[] bytes, RandomInput random) throws IOException {
		for (int at = 0; at < bytes.length;) {
			int length = Math.min(bytes.length - at, 1 + random.below((random.below(4) == 0) ? 3 : bytes.length));
			socket.getOutputStream().write(bytes, at, length);
			at += length;
		}
	}

	private static long read(Socket socket) throws IOException {
		InputStream in = socket.getInputStream();
		try {
			return Math.max(0, in.read(new byte[4096]));
		}
		catch (java.net.SocketTimeoutException ex) {
			return 0;
		}
	}

}
