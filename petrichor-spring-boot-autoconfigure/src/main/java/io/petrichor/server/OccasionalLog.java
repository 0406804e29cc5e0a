package io.petrichor.server;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;

/**
 * A log for what peers can cause as often as they like: one line in ten seconds, with how
 * many were left out before it. One for each cause.
 */
final class OccasionalLog {

	private static final long INTERVAL = TimeUnit.SECONDS.toNanos(10);

	private final Log log;

	private final AtomicLong last = new AtomicLong(System.nanoTime() - INTERVAL);

	private final AtomicLong leftOut = new AtomicLong();

	OccasionalLog(Log log) {
		this.log = log;
	}

	void info(String message) {
		if (isDue()) {
			this.log.info(message + leftOut());
		}
	}

	void warn(String message) {
		if (isDue()) {
			this.log.warn(message + leftOut());
		}
	}

	void error(String message, @Nullable Throwable cause) {
		if (isDue()) {
			this.log.error(message + leftOut(), cause);
		}
	}

	private boolean isDue() {
		long now = System.nanoTime();
		long last = this.last.get();
		boolean due = now - last >= INTERVAL && this.last.compareAndSet(last, now);
		if (!due) {
			this.leftOut.incrementAndGet();
		}
		return due;
	}

	private String leftOut() {
		long count = this.leftOut.getAndSet(0);
		return (count > 0) ? " (and %d more since the last such line)".formatted(count) : "";
	}

}
