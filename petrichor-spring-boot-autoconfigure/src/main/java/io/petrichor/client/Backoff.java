package io.petrichor.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before the next connect: exponential with full jitter, so that clients
 * that lost their server together do not come back together.
 *
 * @param first the longest first wait
 * @param max the longest wait
 * @see <a href=
 * "https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/">Exponential
 * Backoff And Jitter</a>
 */
record Backoff(Duration first, Duration max) {

	/**
	 * The wait after some failures.
	 * @param failures how many in a row, from 0
	 * @return nanoseconds, anything from 0 to the bound
	 */
	long delay(int failures) {
		return ThreadLocalRandom.current().nextLong(bound(failures) + 1);
	}

	long bound(int failures) {
		long first = this.first.toNanos();
		long max = Math.max(first, this.max.toNanos());
		return (failures < Long.numberOfLeadingZeros(first) - 1) ? Math.min(first << failures, max) : max;
	}

}
