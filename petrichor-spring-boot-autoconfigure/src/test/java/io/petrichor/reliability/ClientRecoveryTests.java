package io.petrichor.reliability;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.netty.resources.LoopResources;

import io.petrichor.client.PetrichorClient;
import io.petrichor.client.PetrichorClient.State;
import io.petrichor.client.PetrichorClientException;
import io.petrichor.client.PetrichorClientStateEvent;
import io.petrichor.testing.Program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients whose server, a process of its own, is killed and comes back.
 */
@Tag("reliability")
class ClientRecoveryTests {

	private static final int KILLS = Integer.getInteger("reliability.kills", 20);

	private static final int CLIENTS = Integer.getInteger("reliability.clients", 500);

	private static final int CALLERS = 16;

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	/** What a busy machine may be late by. */
	private static final Duration GRACE = Duration.ofSeconds(2);

	@TempDir
	private Path folder;

	@Test
	void whenServerIsKilledUnderLoadThenEveryCallEndsInTimeAndNoneRunsTwice() throws Exception {
		Path record = this.folder.resolve("executed");
		Load load = new Load();
		int port = freePort();
		Program server = start(port, record);
		long slowestReturn = 0;
		try (PetrichorClient client = PetrichorClient.builder()
			.address("127.0.0.1:" + port)
			.requestTimeout(TIMEOUT)
			.reconnect(Duration.ofMillis(500), Duration.ofSeconds(2))
			.build()) {
			List<Thread> callers = load.begin(client);
			for (int kill = 0; kill < KILLS; kill++) {
				awaitReplies(load, 200);
				server.process().toHandle().destroyForcibly();
				server.process().waitFor();
				server.close();
				server = start(port, record);
				long up = System.nanoTime();
				awaitReplies(load, 1);
				slowestReturn = Math.max(slowestReturn, System.nanoTime() - up);
			}
			load.running.set(false);
			for (Thread caller : callers) {
				caller.join(TIMEOUT.plus(GRACE).toMillis());
				assertThat(caller.isAlive()).isFalse();
			}
		}
		finally {
			load.running.set(false);
			server.close();
		}
		List<String> executed = Files.readAllLines(record);
		Set<String> once = new HashSet<>(executed);
		System.out.printf(
				"measured: %d kills of a server under load: %d calls, %d replies, %d maybe executed (%d of them were), "
						+ "%d not executed, longest call %d ms, back at most %d ms after the server%n",
				KILLS, load.replied.size() + load.maybe.size() + load.not.size(), load.replied.size(),
				load.maybe.size(), load.maybe.stream().filter(once::contains).count(), load.not.size(),
				load.longest.get(), Duration.ofNanos(slowestReturn).toMillis());
		assertThat(load.wrong).isEmpty();
		assertThat(executed).as("none runs twice").hasSameSizeAs(once);
		assertThat(once).as("each that was answered ran").containsAll(load.replied);
		assertThat(load.not).as("none that did not run ran").noneMatch(once::contains);
		assertThat(load.longest.get()).isLessThan((int) TIMEOUT.plus(GRACE).toMillis());
	}

	@Test
	void whenManyClientsLoseTheirServerThenAllAreBackWithoutAStorm() throws Exception {
		Path record = this.folder.resolve("executed");
		Queue<Long> connecting = new ConcurrentLinkedQueue<>();
		Queue<Long> connected = new ConcurrentLinkedQueue<>();
		LoopResources loops = LoopResources.create("recovering", 2, true);
		List<PetrichorClient> clients = new ArrayList<>();
		int port = freePort();
		Program server = start(port, record);
		try {
			for (int i = 0; i < CLIENTS; i++) {
				clients.add(PetrichorClient.builder()
					.address("127.0.0.1:" + port)
					.loopResources(loops)
					.listener((event) -> note(event, connecting, connected))
					.build());
			}
			clients.forEach(PetrichorClient::connect);
			await().until(() -> connected.size() == CLIENTS);
			connecting.clear();
			connected.clear();
			long killed = System.nanoTime();
			server.process().toHandle().destroyForcibly();
			server.process().waitFor();
			server.close();
			await().until(() -> clients.stream().noneMatch((client) -> client.connection().state() == State.CONNECTED));
			await().atMost(Duration.ofMinutes(2)).until(() -> System.nanoTime() - killed > 10_000_000_000L);
			server = start(port, record);
			long up = System.nanoTime();
			await().atMost(Duration.ofSeconds(60))
				.until(() -> clients.stream().allMatch((client) -> client.connection().state() == State.CONNECTED));
			System.out.printf(
					"measured: %d clients, server gone for %d ms: all back %d ms after it, at most %d connects in any second, "
							+ "%d tries in all, at most %d in any second%n",
					CLIENTS, Duration.ofNanos(up - killed).toMillis(),
					Duration.ofNanos(System.nanoTime() - up).toMillis(), peak(connected), connecting.size(),
					peak(connecting));
			assertThat(connected).hasSize(CLIENTS);
			assertThat(peak(connected)).isLessThan(CLIENTS / 4);
		}
		finally {
			server.close();
			clients.forEach(PetrichorClient::close);
			loops.disposeLater(Duration.ZERO, Duration.ofSeconds(2)).block();
		}
	}

	private static void note(PetrichorClientStateEvent event, Queue<Long> connecting, Queue<Long> connected) {
		if (event.state() == State.CONNECTING) {
			connecting.add(System.nanoTime());
		}
		else if (event.state() == State.CONNECTED) {
			connected.add(System.nanoTime());
		}
	}

	/** The most of them within a second. */
	private static long peak(Queue<Long> times) {
		List<Long> sorted = times.stream().sorted().toList();
		long peak = 0;
		for (int i = 0, from = 0; i < sorted.size(); i++) {
			while (sorted.get(i) - sorted.get(from) > 1_000_000_000L) {
				from++;
			}
			peak = Math.max(peak, i - from + 1);
		}
		return peak;
	}

	private static void awaitReplies(Load load, int more) {
		int before = load.replied.size();
		await().pollInterval(Duration.ofMillis(20))
			.atMost(Duration.ofMinutes(1))
			.until(() -> load.replied.size() >= before + more);
	}

	private static Program start(int port, Path record) {
		Program server = Program.start(Path.of("."),
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
						"-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
						RecordingServer.class.getName(), "--spring.main.banner-mode=off",
						"--petrichor.server.port=" + port, "--record=" + record));
		server.awaitLine("Petrichor server listens on");
		return server;
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	/**
	 * Threads that call one after the other, and remember how each call ended.
	 */
	private static final class Load {

		private final AtomicBoolean running = new AtomicBoolean(true);

		private final Set<String> replied = ConcurrentHashMap.newKeySet();

		private final Set<String> maybe = ConcurrentHashMap.newKeySet();

		private final Set<String> not = ConcurrentHashMap.newKeySet();

		private final Queue<Throwable> wrong = new ConcurrentLinkedQueue<>();

		private final AtomicInteger longest = new AtomicInteger();

		List<Thread> begin(PetrichorClient client) {
			List<Thread> callers = new ArrayList<>();
			for (int i = 0; i < CALLERS; i++) {
				String name = "caller-" + i;
				Thread caller = new Thread(() -> {
					for (int call = 0; this.running.get(); call++) {
						call(client, name + "-" + call);
					}
				}, name);
				callers.add(caller);
				caller.start();
			}
			return callers;
		}

		private void call(PetrichorClient client, String body) {
			long begun = System.nanoTime();
			try {
				assertThat(client.request().body(body).retrieve(String.class)).isEqualTo(body);
				this.replied.add(body);
			}
			catch (PetrichorClientException ex) {
				(ex.isMaybeExecuted() ? this.maybe : this.not).add(body);
			}
			catch (Throwable ex) {
				this.wrong.add(ex);
			}
			int millis = (int) Duration.ofNanos(System.nanoTime() - begun).toMillis();
			this.longest.accumulateAndGet(millis, Math::max);
		}

	}

}
