package io.petrichor.reliability;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.Message;
import io.petrichor.server.PetrichorServer;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nothing is lost, doubled, out of order or changed: under load, and while the server
 * stops. Each test prints the figure that it holds.
 */
@Tag("reliability")
class LoadTests {

	private static final int CONNECTIONS = Integer.getInteger("reliability.connections", 1000);

	private static final long REQUESTS = Long.getLong("reliability.requests", 5_000_000);

	private static final int STOPS = Integer.getInteger("reliability.stops", 20);

	static final int WINDOW = 25;

	static final int DRIVERS = 8;

	@Test
	void whenManyPeersAskThenEveryRequestHasItsReplyInOrderAndUnchanged() {
		TestServer.run(TestServer.with(Checksum.class), (port) -> {
			long each = REQUESTS / CONNECTIONS / WINDOW * WINDOW;
			AtomicLong answered = new AtomicLong();
			long begun = System.nanoTime();
			drive((driver) -> {
				List<RawPeer> peers = new ArrayList<>();
				for (int i = driver; i < CONNECTIONS; i += DRIVERS) {
					peers.add(RawPeer.welcomed(port));
				}
				for (long sequence = 0; sequence < each; sequence += WINDOW) {
					for (RawPeer peer : peers) {
						peer.send(window(sequence));
					}
					for (RawPeer peer : peers) {
						for (long next = sequence; next < sequence + WINDOW; next++) {
							assertThat(peer.read().body().asText()).isEqualTo(checked(next));
							answered.incrementAndGet();
						}
					}
				}
				for (RawPeer peer : peers) {
					assertThat(peer.endOutput().read()).isNull();
					peer.close();
				}
			});
			assertThat(answered).hasValue(each * CONNECTIONS);
			System.out.printf(
					"measured: load: %d connections, %d requests, %d answered in order and unchanged, %d a second%n",
					CONNECTIONS, each * CONNECTIONS, answered.get(),
					answered.get() * 1_000_000_000L / (System.nanoTime() - begun));
		});
	}

	@Test
	void whenServerStopsUnderLoadThenEveryRequestThatWasHandledIsAnswered() {
		TestServer.with(Checksum.class).run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			Checksum handler = context.getBean(Checksum.class);
			AtomicLong answered = new AtomicLong();
			long longest = 0;
			for (int i = 0; i < STOPS; i++) {
				server.start();
				int port = server.port();
				CountDownLatch busy = new CountDownLatch(DRIVERS);
				CountDownLatch stopped = new CountDownLatch(1);
				Thread stop = new Thread(() -> {
					try {
						busy.await(30, TimeUnit.SECONDS);
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
					server.stop(stopped::countDown);
				});
				stop.start();
				long begun = System.nanoTime();
				drive((driver) -> {
					try (RawPeer peer = RawPeer.welcomed(port)) {
						long sent = 0;
						long read = 0;
						while (true) {
							if (sent == read) {
								peer.send(window(sent));
								sent += WINDOW;
							}
							Message reply = peer.read();
							if (reply == null) {
								return;
							}
							assertThat(reply.body().asText()).isEqualTo(checked(read++));
							answered.incrementAndGet();
							if (read == 200 * WINDOW) {
								busy.countDown();
							}
						}
					}
					catch (java.io.UncheckedIOException ex) {
						// Sent after the end of the stream: nobody promised anything for
						// it.
					}
				});
				assertThat(stopped.await(25, TimeUnit.SECONDS)).isTrue();
				longest = Math.max(longest, System.nanoTime() - begun);
			}
			assertThat(answered).hasValue(handler.handled.get());
			System.out.printf(
					"measured: stop under load: %d times, %d requests handled, %d answered, slowest round %d ms%n",
					STOPS, handler.handled.get(), answered.get(), Duration.ofNanos(longest).toMillis());
		});
	}

	interface Driver {

		void drive(int number) throws Exception;

	}

	static void drive(Driver driver) throws Exception {
		drive(DRIVERS, driver);
	}

	static void drive(int drivers, Driver driver) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(drivers);
		try {
			List<Future<?>> ends = new ArrayList<>();
			for (int i = 0; i < drivers; i++) {
				int number = i;
				ends.add(threads.submit(() -> {
					driver.drive(number);
					return null;
				}));
			}
			for (Future<?> end : ends) {
				end.get(10, TimeUnit.MINUTES);
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	static String window(long sequence) {
		StringBuilder window = new StringBuilder();
		for (long next = sequence; next < sequence + WINDOW; next++) {
			String body = Long.toString(next);
			window.append("0:}").append(body.length()).append(':').append(body).append(',');
		}
		return window.toString();
	}

	static String checked(long sequence) {
		return checked(Long.toString(sequence));
	}

	static String checked(String body) {
		CRC32 checksum = new CRC32();
		checksum.update(body.getBytes());
		return body + " " + checksum.getValue();
	}

	static class Checksum {

		final AtomicLong handled = new AtomicLong();

		@PetrichorHandler(blocking = false)
		String check(String body) {
			this.handled.incrementAndGet();
			return checked(body);
		}

	}

}
