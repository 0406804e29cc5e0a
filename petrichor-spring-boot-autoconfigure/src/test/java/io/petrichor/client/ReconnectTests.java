package io.petrichor.client;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.netty.resources.LoopResources;

import io.petrichor.client.PetrichorClient.State;
import io.petrichor.protocol.Message;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

@Timeout(120)
class ReconnectTests {

	private static final Map<String, ?> CAN = Map.of("can", Map.of("re", 32, "more", true, "bye", true));

	@Test
	void whenServerIsNotThereYetThenCallWaitsForIt() {
		ScriptedServer gone = ScriptedServer.plain(ScriptedServer::echo);
		gone.close();
		try (PetrichorClient client = client(gone.address()).build()) {
			CompletableFuture<String> call = client.request().body("early").retrieveAsync(String.class);
			await().until(() -> client.connection().state() == State.WAITING);
			try (ScriptedServer server = back(gone, ScriptedServer::echo)) {
				assertThat(call.join()).isEqualTo("early");
				assertThat(server.accepted()).isOne();
			}
		}
	}

	@Test
	void whenServerIsKilledAndComesBackTwentyTimesThenEveryCallEndsAndNoneRunsTwice() throws Exception {
		Set<String> executed = ConcurrentHashMap.newKeySet();
		Set<String> twice = ConcurrentHashMap.newKeySet();
		ScriptedServer.Script script = (peer) -> {
			ScriptedServer.welcome(peer, CAN);
			for (Message request; (request = peer.read()) != null;) {
				String body = request.body().asText();
				if (!executed.add(body)) {
					twice.add(body);
				}
				peer.send(Map.of("re", request.header().integer("id")), body);
			}
		};
		AtomicInteger replies = new AtomicInteger();
		AtomicInteger notExecuted = new AtomicInteger();
		AtomicInteger maybeExecuted = new AtomicInteger();
		Set<Throwable> wrong = ConcurrentHashMap.newKeySet();
		AtomicBoolean running = new AtomicBoolean(true);
		ScriptedServer server = ScriptedServer.start(script);
		try (PetrichorClient client = client(server.address()).requestTimeout(Duration.ofSeconds(5)).build()) {
			List<Thread> callers = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				String name = "caller-" + i;
				Thread caller = new Thread(() -> {
					for (int call = 0; running.get(); call++) {
						String body = name + "-" + call;
						long start = System.nanoTime();
						try {
							String reply = client.request().body(body).retrieve(String.class);
							assertThat(reply).isEqualTo(body);
							replies.incrementAndGet();
						}
						catch (PetrichorClientException ex) {
							(ex.isMaybeExecuted() ? maybeExecuted : notExecuted).incrementAndGet();
							if (!ex.isMaybeExecuted() && executed.contains(body)) {
								wrong.add(ex);
							}
						}
						catch (Throwable ex) {
							wrong.add(ex);
						}
						if (System.nanoTime() - start > Duration.ofSeconds(7).toNanos()) {
							wrong.add(new AssertionError("took too long"));
						}
					}
				}, name);
				callers.add(caller);
				caller.start();
			}
			for (int kill = 0; kill < 20; kill++) {
				int before = replies.get();
				await().atMost(Duration.ofSeconds(30)).until(() -> replies.get() >= before + 50);
				server.close();
				server = back(server, script);
			}
			int before = replies.get();
			await().atMost(Duration.ofSeconds(30)).until(() -> replies.get() > before);
			running.set(false);
			for (Thread caller : callers) {
				caller.join(10_000);
				assertThat(caller.isAlive()).isFalse();
			}
		}
		finally {
			server.close();
		}
		System.out.printf("20 kills: %d replies, %d maybe executed, %d not executed%n", replies.get(),
				maybeExecuted.get(), notExecuted.get());
		assertThat(wrong).isEmpty();
		assertThat(twice).isEmpty();
	}

	@Test
	void whenManyClientsLoseTheirServerThenTheyAreAllBackWithoutAStorm() {
		int clients = Integer.getInteger("petrichor.test.clients", 100);
		List<Long> accepts = Collections.synchronizedList(new ArrayList<>());
		ScriptedServer.Script script = (peer) -> {
			accepts.add(System.nanoTime());
			ScriptedServer.welcome(peer, Map.of());
			ScriptedServer.echo(peer);
		};
		LoopResources loops = LoopResources.create("petrichor-clients", 2, true);
		List<PetrichorClient> all = new ArrayList<>();
		ScriptedServer server = ScriptedServer.start(script);
		try {
			for (int i = 0; i < clients; i++) {
				all.add(client(server.address()).loopResources(loops)
					.reconnect(Duration.ofMillis(500), Duration.ofSeconds(4))
					.build());
			}
			all.forEach(PetrichorClient::connect);
			server.close();
			await().until(() -> all.stream().noneMatch((client) -> client.connection().state() == State.CONNECTED));
			await().pollDelay(Duration.ofSeconds(Integer.getInteger("petrichor.test.outage", 2)))
				.atMost(Duration.ofMinutes(1))
				.until(() -> true);
			accepts.clear();
			server = back(server, script);
			long up = System.nanoTime();
			await().atMost(Duration.ofSeconds(30))
				.until(() -> all.stream().allMatch((client) -> client.connection().state() == State.CONNECTED));
			System.out.printf("%d clients back after %d ms, peak %d connects in a second%n", clients,
					Duration.ofNanos(System.nanoTime() - up).toMillis(), peak(accepts));
			assertThat(accepts).hasSize(clients);
			assertThat(peak(accepts)).isLessThan(clients * 3 / 4);
		}
		finally {
			server.close();
			all.forEach(PetrichorClient::close);
			loops.disposeLater(Duration.ZERO, Duration.ofSeconds(2)).block();
		}
	}

	private static long peak(List<Long> times) {
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

	@Test
	void whenThousandsOfConnectsFailThenNothingGrows() throws Exception {
		Path descriptors = Path.of("/proc/self/fd");
		Assumptions.assumeTrue(Files.exists(descriptors));
		int connects = Integer.getInteger("petrichor.test.connects", 1000);
		ScriptedServer gone = ScriptedServer.plain(ScriptedServer::echo);
		gone.close();
		try (PetrichorClient client = client(gone.address()).noReconnect().build()) {
			fail(client, 200);
			long files = count(descriptors);
			int threads = ManagementFactory.getThreadMXBean().getThreadCount();
			long heap = heap();
			fail(client, connects);
			System.out.printf("%d failed connects: files %d -> %d, threads %d -> %d, heap %d -> %d KB%n", connects,
					files, count(descriptors), threads, ManagementFactory.getThreadMXBean().getThreadCount(),
					heap / 1024, heap() / 1024);
			assertThat(count(descriptors)).isLessThanOrEqualTo(files + 5);
			assertThat(ManagementFactory.getThreadMXBean().getThreadCount()).isLessThanOrEqualTo(threads + 10);
			assertThat(heap()).isLessThan(heap + 16 * 1024 * 1024);
		}
	}

	private static void fail(PetrichorClient client, int times) {
		for (int i = 0; i < times; i++) {
			assertThatExceptionOfType(PetrichorConnectionException.class)
				.isThrownBy(() -> client.request().retrieve(String.class))
				.matches((ex) -> !ex.isMaybeExecuted());
		}
	}

	private static long count(Path folder) throws Exception {
		try (Stream<Path> files = Files.list(folder)) {
			return files.count();
		}
	}

	private static long heap() {
		System.gc();
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

	@Test
	void whenFirstAddressIsGoneThenTheNextIsTaken() {
		ScriptedServer gone = ScriptedServer.plain(ScriptedServer::echo);
		gone.close();
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo);
				PetrichorClient client = client(gone.address(), server.address()).build()) {
			assertThat(client.request().body("x").retrieve(String.class)).isEqualTo("x");
			assertThat(client.connection().address().toString()).endsWith(":" + server.port());
		}
	}

	@Test
	void whenRoundRobinThenClientsAreSpread() {
		try (ScriptedServer one = ScriptedServer.plain(ScriptedServer::echo);
				ScriptedServer two = ScriptedServer.plain(ScriptedServer::echo)) {
			for (int i = 0; i < 20; i++) {
				try (PetrichorClient client = client(one.address(), two.address()).roundRobin(true).build()) {
					client.connect();
				}
			}
			assertThat(one.accepted()).isBetween(1, 19);
			assertThat(two.accepted()).isEqualTo(20 - one.accepted());
		}
	}

	@Test
	void whenDenialSaysWhenToRetryThenClientComesBack() {
		AtomicInteger attempts = new AtomicInteger();
		try (ScriptedServer server = ScriptedServer.start((peer) -> {
			if (attempts.incrementAndGet() < 3) {
				peer.read();
				peer.send(Map.of("allowed", false, "error", "denied", "retry", 10), "not now");
				peer.read();
			}
			else {
				ScriptedServer.welcome(peer, Map.of());
				ScriptedServer.echo(peer);
			}
		}); PetrichorClient client = client(server.address()).build()) {
			assertThat(client.request().body("in").retrieve(String.class)).isEqualTo("in");
			assertThat(attempts).hasValue(3);
		}
	}

	@Test
	void whenServerSaysByeThenOpenCallsFinishAndNewOnesGoElsewhere() {
		CountDownLatch second = new CountDownLatch(1);
		AtomicInteger connections = new AtomicInteger();
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			if (connections.incrementAndGet() == 1) {
				Object id = peer.read().header().integer("id");
				peer.send(Map.of("bye", true), "going");
				second.await();
				peer.send(Map.of("re", id), "old");
				assertThat(peer.read()).isNull();
			}
			else {
				answer(peer, "new");
			}
		}); PetrichorClient client = client(server.address()).build()) {
			CompletableFuture<String> open = client.request().retrieveAsync(String.class);
			await().until(() -> connections.get() == 2);
			assertThat(client.request().retrieve(String.class)).isEqualTo("new");
			second.countDown();
			assertThat(open.join()).isEqualTo("old");
		}
	}

	@Test
	void whenServerSaysByeThenItsConnectionEndsWithTheLastCallHoweverThatEnds() throws Exception {
		CompletableFuture<Void> said = new CompletableFuture<>();
		CompletableFuture<Void> closed = new CompletableFuture<>();
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			peer.read();
			peer.send(Map.of("bye", true), "bye");
			said.complete(null);
			while (peer.read() != null) {
				continue;
			}
			closed.complete(null);
		}); PetrichorClient client = client(server.address()).build()) {
			CompletableFuture<String> call = client.request().retrieveAsync(String.class);
			said.join();
			await().until(() -> client.connection().state() == State.WAITING || server.accepted() == 2);
			call.cancel(true);
			closed.get(3, TimeUnit.SECONDS);
		}
	}

	@Test
	void whenServerHasAskedSomethingThenItsLossIsNoFailureToConnect() {
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			peer.send(Map.of("ping", true, "id", 1), null);
			peer.read();
		});
				PetrichorClient client = client(server.address()).reconnect(Duration.ofMillis(1), Duration.ofMinutes(1))
					.build()) {
			client.connect();
			await().until(() -> server.accepted() >= 30);
		}
	}

	/**
	 * It has done nothing but last, as that of a client which only sends. Did that not
	 * count, the last waits would be half of the longest one on the average.
	 */
	@Test
	void whenConnectionHasLastedThenItsLossIsNoFailureToConnect() {
		Duration longest = Duration.ofMillis(100);
		List<Long> waits = new CopyOnWriteArrayList<>();
		AtomicLong closed = new AtomicLong(System.nanoTime());
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			waits.add(System.nanoTime() - closed.get());
			new CountDownLatch(1).await(longest.plusMillis(20).toMillis(), TimeUnit.MILLISECONDS);
			closed.set(System.nanoTime());
		}); PetrichorClient client = client(server.address()).reconnect(Duration.ofMillis(1), longest).build()) {
			client.connect();
			await().until(() -> waits.size() >= 24);
		}
		assertThat(Duration.ofNanos(waits.subList(10, 24).stream().mapToLong(Long::longValue).sum()))
			.isLessThan(longest.multipliedBy(4));
	}

	@Test
	void whenServerIsBusyThenCallIsSentAgainAndItsCallerNeverKnows() {
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			peer.send(Map.of("re", peer.read().header().integer("id"), "error", "busy"), "too much to do");
			answer(peer, "done");
		}); PetrichorClient client = client(server.address()).build()) {
			assertThat(client.request().retrieve(String.class)).isEqualTo("done");
		}
	}

	@Test
	void whenServerStaysBusyThenCallerKnowsItWasNotExecuted() {
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			for (Message request; (request = peer.read()) != null;) {
				peer.send(Map.of("re", request.header().integer("id"), "error", "busy"), "too much to do");
			}
		}); PetrichorClient client = client(server.address()).build()) {
			assertThatExceptionOfType(PetrichorRemoteException.class)
				.isThrownBy(() -> client.request().retrieve(String.class))
				.matches(PetrichorRemoteException::isNotExecuted);
		}
	}

	@Test
	void whenServerIsGoingThenCallIsSentToTheNext() {
		AtomicInteger connections = new AtomicInteger();
		try (ScriptedServer server = ScriptedServer.welcoming(CAN, (peer) -> {
			if (connections.incrementAndGet() == 1) {
				peer.send(Map.of("re", peer.read().header().integer("id"), "error", "going"), "not here");
				assertThat(peer.read()).isNull();
			}
			else {
				answer(peer, "here");
			}
		}); PetrichorClient client = client(server.address()).build()) {
			assertThat(client.request().retrieve(String.class)).isEqualTo("here");
		}
	}

	@Test
	void whenThereIsNoReconnectThenTheNextCallConnects() {
		AtomicInteger connections = new AtomicInteger();
		try (ScriptedServer server = ScriptedServer.plain((peer) -> {
			Message request = peer.read();
			if (connections.incrementAndGet() > 1) {
				peer.send(Map.of(), request.body());
				peer.read();
			}
		}); PetrichorClient client = client(server.address()).noReconnect().build()) {
			assertThatExceptionOfType(PetrichorConnectionException.class)
				.isThrownBy(() -> client.request().retrieve(String.class));
			await().until(() -> client.connection().state() == State.IDLE);
			assertThat(client.request().body("again").retrieve(String.class)).isEqualTo("again");
		}
	}

	@Test
	void whenIdentityChangesThenEachConnectSaysTheNewOne() {
		List<String> tokens = Collections.synchronizedList(new ArrayList<>());
		AtomicInteger next = new AtomicInteger();
		try (ScriptedServer server = ScriptedServer.start((peer) -> {
			tokens.add(ScriptedServer.welcome(peer, Map.of()).header().text("token"));
			peer.read();
		});
				PetrichorClient client = client(server.address()).identity("fixed", "f")
					.identity((identity) -> identity.put("token", "t" + next.incrementAndGet()))
					.build()) {
			for (int i = 0; i < 2; i++) {
				assertThatExceptionOfType(PetrichorConnectionException.class)
					.isThrownBy(() -> client.request().retrieve(String.class));
			}
			assertThat(tokens).startsWith("t1", "t2");
		}
	}

	@Test
	void whenIdentityCannotBeMadeThenTheConnectHasFailed() {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo);
				PetrichorClient client = client(server.address()).identity((identity) -> {
					throw new IllegalStateException("no token today");
				}).build()) {
			assertThatExceptionOfType(PetrichorConnectionException.class).isThrownBy(client::connect)
				.withMessageContaining("no token today");
			assertThat(server.accepted()).isZero();
		}
	}

	@Test
	void whenIdentityTakesTooLongThenTheFailureSaysSo() {
		CountDownLatch made = new CountDownLatch(1);
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo);
				PetrichorClient client = client(server.address()).connectTimeout(Duration.ofMillis(200))
					.identity((identity) -> made.await())
					.build()) {
			assertThatExceptionOfType(PetrichorConnectionException.class).isThrownBy(client::connect)
				.withMessageContaining("identity")
				.withMessageContaining("200 ms");
			made.countDown();
		}
	}

	@Test
	void whenStateChangesThenListenerIsToldInOrder() {
		List<State> states = Collections.synchronizedList(new ArrayList<>());
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo)) {
			try (PetrichorClient client = client(server.address()).listener((event) -> states.add(event.state()))
				.build()) {
				client.request().retrieve(String.class);
			}
			await().untilAsserted(
					() -> assertThat(states).containsExactly(State.CONNECTING, State.CONNECTED, State.CLOSED));
		}
	}

	@Test
	void whenCallsNeverLeftThenTheyAreSentOverTheNextConnection() {
		AtomicInteger connections = new AtomicInteger();
		try (ScriptedServer server = ScriptedServer.welcoming(Map.of("can", Map.of("re", 1)), (peer) -> {
			if (connections.incrementAndGet() == 1) {
				peer.read();
			}
			else {
				while (true) {
					answer(peer, "second");
				}
			}
		}); PetrichorClient client = client(server.address()).build()) {
			CompletableFuture<String> sent = client.request().retrieveAsync(String.class);
			CompletableFuture<String> waiting = client.request().retrieveAsync(String.class);
			assertThatExceptionOfType(CompletionException.class).isThrownBy(sent::join)
				.withCauseInstanceOf(PetrichorConnectionException.class);
			assertThat(waiting.join()).isEqualTo("second");
		}
	}

	private static void answer(RawPeer peer, String body) {
		peer.send(Map.of("re", peer.read().header().integer("id")), body);
	}

	private static ScriptedServer back(ScriptedServer gone, ScriptedServer.Script script) {
		return ScriptedServer.startOn(gone.port(), script);
	}

	private static PetrichorClient.Builder client(String... addresses) {
		return PetrichorClient.builder().address(addresses);
	}

}
