package io.petrichor.testing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A well-behaved connection beside an attack: a request every 50 ms, none lost, and
 * nearly all answered within 250 ms. What the machine itself takes for as many bytes
 * there and back, between two bare sockets, is not held against the server.
 */
public final class Canary implements AutoCloseable {

	private static final long SLOWEST_MILLIS = 250;

	private static final int WARM_UP = 20;

	private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();

	private final List<Long> times = Collections.synchronizedList(new ArrayList<>());

	private final BareEcho machine = new BareEcho();

	private final List<Long> machineTimes = Collections.synchronizedList(new ArrayList<>());

	private final RawPeer peer;

	private volatile Throwable failure;

	private Canary(RawPeer peer) {
		this.peer = peer;
		this.thread.scheduleWithFixedDelay(this::request, 0, 50, TimeUnit.MILLISECONDS);
	}

	/**
	 * Connect as the user {@code canary} from an address of its own, and begin.
	 * @param port where the server listens on loopback
	 * @return the canary
	 */
	public static Canary watch(int port) {
		return watch(port, Map.of());
	}

	/**
	 * The same with more keys in the header of its handshake.
	 * @param port where the server listens on loopback
	 * @param more the keys
	 * @return the canary
	 */
	public static Canary watch(int port, Map<String, ?> more) {
		return over(Peers.from("127.0.0.99", port), more);
	}

	/**
	 * The same over a connection of the test's choice, such as one with TLS.
	 * @param peer a peer that has not said anything
	 * @param more more keys for the header of its handshake
	 * @return the canary
	 */
	public static Canary over(RawPeer peer, Map<String, ?> more) {
		Map<String, Object> header = new HashMap<>(more);
		header.put("user", "canary");
		assertThat(peer.request(header, "").header().flag("allowed")).as("the canary gets in").isTrue();
		for (int i = 0; i < WARM_UP; i++) {
			peer.request(Map.of(), "tweet");
		}
		return new Canary(peer);
	}

	private void request() {
		long begin = System.nanoTime();
		try {
			assertThat(this.peer.request(Map.of(), "tweet")).as("the canary's reply").isNotNull();
			long end = System.nanoTime();
			this.times.add(TimeUnit.NANOSECONDS.toMillis(end - begin));
			this.machine.roundTrip();
			this.machineTimes.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - end));
		}
		catch (Throwable ex) {
			this.failure = ex;
			throw ex;
		}
	}

	/**
	 * Fail the test if anything was lost, or if the slow one of a hundred took too long.
	 */
	public void assertWell() {
		await().until(() -> !this.times.isEmpty() || this.failure != null);
		assertThat(this.failure).isNull();
		assertThat(p99(this.times)).as("p99 of %s, where the machine takes %s", this.times, this.machineTimes)
			.isLessThan(SLOWEST_MILLIS + p99(this.machineTimes));
	}

	@Override
	public String toString() {
		int answered = this.times.size();
		return "%d of %d answered, p99 %d ms (%d ms between two bare sockets)".formatted(answered,
				answered + ((this.failure != null) ? 1 : 0), p99(this.times), p99(this.machineTimes));
	}

	private static long p99(List<Long> times) {
		List<Long> sorted = new ArrayList<>(times);
		Collections.sort(sorted);
		return sorted.isEmpty() ? 0 : sorted.get((int) Math.ceil(sorted.size() * 0.99) - 1);
	}

	@Override
	public void close() {
		this.thread.shutdownNow();
		this.peer.close();
		this.machine.close();
	}

}
