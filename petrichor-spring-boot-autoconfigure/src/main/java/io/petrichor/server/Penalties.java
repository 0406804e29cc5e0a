package io.petrichor.server;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;

/**
 * Who is turned away for a while, since too many handshakes from there have failed. The
 * idea is that of sshd's {@code PerSourcePenalties}. Thread-safe.
 */
final class Penalties {

	/** Addresses remembered for their failures; what is over it is forgotten. */
	private static final int MAX_ADDRESSES = 65536;

	private final int failuresPerMinute;

	private final Cache<Object, AtomicInteger> failures;

	private final Cache<Object, Boolean> penalties;

	Penalties(AdmissionLimits limits, Ticker ticker) {
		this.failuresPerMinute = limits.failuresPerMinute();
		this.failures = addresses(Duration.ofMinutes(1), ticker);
		this.penalties = addresses(limits.penalty(), ticker);
	}

	private static <V> Cache<Object, V> addresses(Duration time, Ticker ticker) {
		return Caffeine.newBuilder()
			.maximumSize(MAX_ADDRESSES)
			.expireAfterWrite(time)
			.ticker(ticker)
			.executor(Runnable::run)
			.build();
	}

	boolean concern(Object address) {
		return this.penalties.getIfPresent(address) != null;
	}

	void failed(Object address) {
		int count = this.failures.get(address, (first) -> new AtomicInteger()).incrementAndGet();
		if (count > this.failuresPerMinute) {
			this.failures.invalidate(address);
			this.penalties.put(address, Boolean.TRUE);
		}
	}

}
