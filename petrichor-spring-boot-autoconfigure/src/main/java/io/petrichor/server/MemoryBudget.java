package io.petrichor.server;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What all connections hold together: pairs that have begun, requests in flight, output
 * that waits. Over the limit, connections that hold much are not read; if that has not
 * helped after a second, those that hold the most are closed until a quarter is free, as
 * Redis does with its clients.
 */
final class MemoryBudget {

	/** What is not worth telling the others of. */
	private static final long GRAIN = 4096;

	private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);

	private final long limit;

	private final AtomicLong held = new AtomicLong();

	/** When it was first noticed that the limit is passed, 0 while it is not. */
	private long overSince;

	MemoryBudget(long limit) {
		this.limit = limit;
	}

	/**
	 * A connection holds more or less than it said before.
	 * @return what to say before the next time
	 */
	long changed(long before, long now) {
		if (Math.abs(now - before) < GRAIN) {
			return before;
		}
		this.held.addAndGet(now - before);
		return now;
	}

	void gone(long before) {
		this.held.addAndGet(-before);
	}

	long held() {
		return this.held.get();
	}

	boolean isOver() {
		return this.held.get() > this.limit;
	}

	/** Close who holds the most, if it is time to. */
	synchronized void relieve(Collection<ServerConnection> connections, long now) {
		if (!isOver()) {
			this.overSince = 0;
		}
		else if (this.overSince == 0) {
			this.overSince = now;
		}
		else if (now - this.overSince >= PATIENCE) {
			this.overSince = 0;
			long excess = this.held.get() - this.limit / 4 * 3;
			record Holder(ServerConnection connection, long bytes) {
			}
			List<Holder> holders = connections.stream()
				.map((connection) -> new Holder(connection, connection.held()))
				.sorted(Comparator.comparingLong(Holder::bytes).reversed())
				.toList();
			for (Holder holder : holders) {
				if (excess <= 0) {
					break;
				}
				excess -= holder.bytes();
				holder.connection().close(CloseReason.MEMORY);
			}
		}
	}

}
