package io.petrichor.server;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Who is turned away for a while, since too many handshakes from there have failed. The
 * idea is that of sshd's {@code PerSourcePenalties}. Thread-safe. Not a cache of a
 * library: one on the class path becomes that of the whole application, by Spring Boot's
 * auto-configuration.
 */
final class Penalties {

	/** Addresses remembered for their failures; the oldest is forgotten first. */
	private static final int MAX_ADDRESSES = 65536;

	private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

	private final int failuresPerMinute;

	private final long penalty;

	private final LongSupplier clock;

	/** The failures within a minute from the first one; the oldest comes first. */
	private final Map<Object, Failures> failures = new LinkedHashMap<>();

	/** Since when an address is turned away; the oldest comes first. */
	private final Map<Object, Failures> penalties = new LinkedHashMap<>();

	Penalties(AdmissionLimits limits, LongSupplier clock) {
		this.failuresPerMinute = limits.failuresPerMinute();
		this.penalty = limits.penalty().toNanos();
		this.clock = clock;
	}

	synchronized boolean concern(Object address) {
		forget(this.penalties, this.penalty);
		return this.penalties.containsKey(address);
	}

	synchronized void failed(Object address) {
		forget(this.failures, MINUTE);
		Failures recent = this.failures.computeIfAbsent(address, (first) -> new Failures(this.clock.getAsLong()));
		if (++recent.count > this.failuresPerMinute) {
			this.failures.remove(address);
			this.penalties.remove(address);
			this.penalties.put(address, new Failures(this.clock.getAsLong()));
			forget(this.penalties, this.penalty);
		}
	}

	/** Those that are too old, and the oldest of too many. */
	private void forget(Map<Object, Failures> addresses, long time) {
		long now = this.clock.getAsLong();
		Iterator<Failures> oldestFirst = addresses.values().iterator();
		while (oldestFirst.hasNext() && (now - oldestFirst.next().since >= time || addresses.size() > MAX_ADDRESSES)) {
			oldestFirst.remove();
		}
	}

	private static final class Failures {

		private final long since;

		private int count;

		Failures(long since) {
			this.since = since;
		}

	}

}
