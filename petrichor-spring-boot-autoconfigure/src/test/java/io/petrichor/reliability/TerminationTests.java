package io.petrichor.reliability;

import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.petrichor.client.PetrichorClient;
import io.petrichor.protocol.Message;
import io.petrichor.testing.RawPeer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Real signals to server processes under load.
 */
class TerminationTests {

	private static final int TIMES = Integer.getInteger("reliability.signals", 20);

	private static final List<String> OPTIONS = List.of("-Xmx256m", "-XX:TieredStopAtLevel=1");

	private static final Duration AT_MOST = Duration.ofSeconds(25);

	@Test
	void whenServerIsTerminatedUnderLoadThenEveryRequestItReadHasItsReply() throws Exception {
		terminate(1);
	}

	@Test
	@Tag("reliability")
	void whenServerIsTerminatedManyTimesThenEveryRequestItReadHasItsReply() throws Exception {
		terminate(TIMES);
	}

	@Test
	void whenOneOfTwoServersIsTerminatedThenNoCallFails() throws Exception {
		failOver(1);
	}

	@Test
	@Tag("reliability")
	void whenServersAreTerminatedInTurnManyTimesThenNoCallFails() throws Exception {
		failOver(TIMES);
	}

	@Test
	void whenSecondSignalComesThenServerDoesNotWaitForTheGracePeriod() throws Exception {
		try (ServerProcess server = ServerProcess.start(OPTIONS); RawPeer peer = RawPeer.welcomed(server.port())) {
			peer.send(Map.of("to", "sleep"), 60_000);
			peer.send(Map.of(), "never begun");
			long accepted = 0;
			while (accepted < 3) {
				accepted = server.stats().of("accepted");
			}
			server.terminate();
			server.program().awaitLine("Petrichor server stops");
			server.terminate();
			assertThat(peer.read().header().text("error")).isEqualTo("timeout");
			assertThat(peer.read().header().text("error")).isEqualTo("going");
			assertThat(peer.read()).isNull();
			peer.endOutput();
			assertThat(server.awaitEnd(AT_MOST)).isLessThan(Duration.ofSeconds(10));
		}
	}

	private static void terminate(int times) throws Exception {
		long requests = 0;
		long slowest = 0;
		long leastPerSecond = Long.MAX_VALUE;
		for (int i = 0; i < times; i++) {
			try (ServerProcess server = ServerProcess.start(OPTIONS)) {
				AtomicLong answered = new AtomicLong();
				CountDownLatch busy = new CountDownLatch(LoadTests.DRIVERS);
				AtomicLong perSecond = new AtomicLong();
				long begun = System.nanoTime();
				Thread signal = new Thread(() -> {
					try {
						busy.await(60, TimeUnit.SECONDS);
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
					perSecond.set(answered.get() * 1_000_000_000L / (System.nanoTime() - begun));
					server.terminate();
				});
				signal.start();
				LoadTests.drive((driver) -> ask(server.port(), driver % 2 == 0, answered, busy));
				signal.join();
				slowest = Math.max(slowest, server.awaitEnd(AT_MOST).toMillis());
				assertThat(server.process().exitValue()).as(server.program().output()).isEqualTo(143);
				assertThat(answered).as("replies read").hasValue(server.atTheEnd("accepted"));
				requests += answered.get();
				leastPerSecond = Math.min(leastPerSecond, perSecond.get());
			}
		}
		assertThat(leastPerSecond).as("requests a second").isGreaterThanOrEqualTo(5_000);
		System.out.printf(
				"measured: SIGTERM under load: %d times, at least %d requests a second, %d requests read, %d answered, slowest exit %d ms%n",
				times, leastPerSecond, requests, requests, slowest);
	}

	/** Ask until the end of the stream: in order, or by number. */
	private static void ask(int port, boolean plain, AtomicLong answered, CountDownLatch busy) {
		try (RawPeer peer = plain ? RawPeer.welcomed(port) : RawPeer.welcomed(port, Map.of("can", Map.of("re", 32)))) {
			long sent = 0;
			long read = 0;
			while (true) {
				if (sent == read) {
					for (int i = 0; i < LoadTests.WINDOW; i++, sent++) {
						String to = (i == 0) ? "checked.slowly" : "checked";
						peer.send(plain ? Map.of("to", to) : Map.of("to", to, "id", sent), Long.toString(sent));
					}
				}
				Message reply = peer.read();
				if (reply == null) {
					return;
				}
				assertThat(reply.header().has("error")).as("%s", reply).isFalse();
				Long number = reply.header().integer("re");
				assertThat(reply.body().asText())
					.isEqualTo(LoadTests.checked(Long.toString((number != null) ? number : read)));
				read++;
				answered.incrementAndGet();
				if (read == 200 * LoadTests.WINDOW) {
					busy.countDown();
				}
			}
		}
		catch (UncheckedIOException ex) {
			// Sent after the end of the stream: nobody promised anything for it.
		}
	}

	private static void failOver(int times) throws Exception {
		List<Integer> ports = new ArrayList<>();
		for (int i = 0; i < 2; i++) {
			try (ServerSocket socket = new ServerSocket(0)) {
				ports.add(socket.getLocalPort());
			}
		}
		ServerProcess[] servers = { startOn(ports.get(0)), startOn(ports.get(1)) };
		AtomicBoolean running = new AtomicBoolean(true);
		AtomicLong answered = new AtomicLong();
		ConcurrentLinkedQueue<Throwable> failed = new ConcurrentLinkedQueue<>();
		long slowest = 0;
		long begun;
		try (PetrichorClient client = PetrichorClient.builder()
			.address("127.0.0.1:" + ports.get(0), "127.0.0.1:" + ports.get(1))
			.build()) {
			client.connect();
			begun = System.nanoTime();
			Thread caller = new Thread(() -> call(client, running, answered, failed));
			caller.start();
			for (int i = 0; i < times; i++) {
				long before = answered.get();
				// One has all the calls, the other only the question for its connections.
				int busy = (servers[0].stats().of("connections") > 1) ? 0 : 1;
				while (answered.get() - before < 5_000) {
					Thread.onSpinWait();
				}
				servers[busy].terminate();
				long end = System.nanoTime();
				servers[busy].awaitEnd(AT_MOST);
				slowest = Math.max(slowest, (System.nanoTime() - end) / 1_000_000);
				servers[busy] = startOn(ports.get(busy));
			}
			running.set(false);
			caller.join();
		}
		finally {
			running.set(false);
			servers[0].close();
			servers[1].close();
		}
		assertThat(failed).as("calls that failed").isEmpty();
		System.out.printf(
				"measured: SIGTERM of one of two servers: %d times, %d calls, %d a second, 0 failed, slowest exit %d ms%n",
				times, answered.get(), answered.get() * 1_000_000_000L / (System.nanoTime() - begun), slowest);
	}

	private static ServerProcess startOn(int port) {
		return ServerProcess.start(OPTIONS, "port=" + port);
	}

	private static void call(PetrichorClient client, AtomicBoolean running, AtomicLong answered,
			ConcurrentLinkedQueue<Throwable> failed) {
		Semaphore window = new Semaphore(64);
		for (long next = 0; running.get() && failed.isEmpty(); next++) {
			String body = Long.toString(next);
			window.acquireUninterruptibly();
			CompletableFuture<String> call = client.to("checked").body(body).retrieveAsync(String.class);
			call.whenComplete((reply, failure) -> {
				window.release();
				if (failure != null) {
					failed.add(failure);
				}
				else if (!reply.equals(LoadTests.checked(body))) {
					failed.add(new AssertionError("wrong reply: " + reply));
				}
				else {
					answered.incrementAndGet();
				}
			});
		}
		window.acquireUninterruptibly(64);
	}

}
