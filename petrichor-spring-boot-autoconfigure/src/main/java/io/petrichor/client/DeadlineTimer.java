package io.petrichor.client;

import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * One timer for all the deadlines of a client. Event loop only.
 */
final class DeadlineTimer {

	/** Deadlines are kept to this. */
	private static final long GRANULARITY = TimeUnit.MILLISECONDS.toNanos(5);

	private final EventLoop loop;

	private final LongUnaryOperator deadlines;

	private @Nullable ScheduledFuture<?> timer;

	private long timerAt;

	/**
	 * Create a timer.
	 * @param loop where it runs
	 * @param deadlines ends what has taken too long at a time, and says when to look
	 * again, or {@link Long#MAX_VALUE}, in nanoseconds from then
	 */
	DeadlineTimer(EventLoop loop, LongUnaryOperator deadlines) {
		this.loop = loop;
		this.deadlines = deadlines;
	}

	/** Look after deadlines at this time, from {@link System#nanoTime()}, or sooner. */
	void watch(long at) {
		if (this.timer != null) {
			if (this.timerAt - at <= 0) {
				return;
			}
			this.timer.cancel(false);
		}
		this.timerAt = at;
		this.timer = this.loop.schedule(this::expire, Math.max(at - System.nanoTime(), 0), TimeUnit.NANOSECONDS);
	}

	private void expire() {
		this.timer = null;
		long now = System.nanoTime();
		long next = this.deadlines.applyAsLong(now);
		if (next != Long.MAX_VALUE) {
			watch(now + Math.max(next, GRANULARITY));
		}
	}

	void cancel() {
		if (this.timer != null) {
			this.timer.cancel(false);
		}
	}

}
