package io.petrichor.server;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.PairInput;

/**
 * How long a connection may take for whatever it is at, and the one timer that looks at
 * it: when the first of the deadlines may be over, and ten times a second while there is
 * one that is near or moves. Event loop only.
 */
final class Deadlines {

	private static final long TICK = TimeUnit.MILLISECONDS.toNanos(100);

	/** How long a peer may take to go when it has everything. */
	private static final long LINGER = TimeUnit.SECONDS.toNanos(2);

	private static final long DAY = TimeUnit.DAYS.toNanos(1);

	private final ServerLimits limits;

	private final long requestTimeout;

	private final Lifecycle life;

	private final PairInput in;

	private final Outbound out;

	private final ReadingPace pace;

	private final EventLoop loop;

	private final Runnable look;

	/** For how long from its accept the peer is let in. */
	private @Nullable Duration allowedFor;

	private long lastLook = System.nanoTime();

	private @Nullable ScheduledFuture<?> timer;

	/** Whether the timer looks within a tick, or is looking. */
	private boolean soon;

	Deadlines(ServerLimits limits, long requestTimeout, Lifecycle life, PairInput in, Outbound out, ReadingPace pace,
			EventLoop loop, Runnable look) {
		this.limits = limits;
		this.requestTimeout = requestTimeout;
		this.life = life;
		this.in = in;
		this.out = out;
		this.pace = pace;
		this.loop = loop;
		this.look = look;
	}

	/** The peer is let in until then; null for without end. */
	void allow(@Nullable Instant until) {
		this.allowedFor = (until != null)
				? Duration.between(Instant.now(), until).plusNanos(this.life.age(System.nanoTime())) : null;
	}

	// The timer

	/** The connection has been accepted. */
	void begin() {
		schedule(this.limits.handshakeTimeout().toNanos());
	}

	/** Something has changed that may have a deadline. */
	void watch() {
		if (this.timer == null) {
			schedule(TICK);
		}
		else if (!this.soon && isWatched()) {
			this.timer.cancel(false);
			schedule(TICK);
		}
	}

	/** What is done until {@link #again} needs no watching. */
	void pause() {
		this.soon = true;
	}

	/** Look again when a deadline may be over. */
	void again(long left) {
		schedule(isWatched() ? Math.min(left, TICK) : left);
	}

	/** The timer could not look at all of them. */
	void retry() {
		close();
		schedule(TICK);
	}

	/** One of them is over: look no more, unless something changes. */
	void over() {
		this.timer = null;
	}

	/** Look no more. */
	void close() {
		if (this.timer != null) {
			this.timer.cancel(false);
		}
	}

	private void schedule(long within) {
		this.soon = within <= TICK;
		this.timer = this.loop.schedule(this.look, within, TimeUnit.NANOSECONDS);
	}

	/** Whether there is a deadline that is near or moves. */
	private boolean isWatched() {
		ConnectionState state = this.life.state();
		return state == ConnectionState.GOING || state == ConnectionState.LINGERING || this.pace.isBusy();
	}

	// What it looks at

	/** Nanoseconds until the connection has to be closed. */
	long left(long now) {
		long sinceLook = now - this.lastLook;
		this.lastLook = now;
		return switch (this.life.state()) {
			case HANDSHAKE, DECIDING -> this.limits.handshakeTimeout().toNanos() - this.life.age(now);
			case LINGERING -> this.life.isOutputEnded() ? LINGER - this.life.endingFor(now) : this.out.timeLeft(now);
			case CLOSED -> Long.MAX_VALUE;
			case OPEN, GOING, ENDING -> {
				long next = Math.min(allowedTimeLeft(now), this.out.timeLeft(now));
				if (this.in.isPartial()) {
					if (!this.pace.hasRoom()) {
						this.in.heldUp(sinceLook, now);
					}
					next = Math.min(next, this.limits.messageTimeout().toNanos() - this.in.pairAge(now));
				}
				if (!this.pace.isBusy()) {
					next = Math.min(next, this.limits.idleTimeout().toNanos() - (now - this.in.lastRead()));
				}
				yield next;
			}
		};
	}

	/** What is in flight when the time is over may take as long as any request. */
	private long allowedTimeLeft(long now) {
		Duration allowed = this.allowedFor;
		if (allowed == null) {
			return DAY;
		}
		Duration left = allowed.minusNanos(this.life.age(now));
		if (this.life.state() != ConnectionState.OPEN) {
			left = left.plusNanos(this.requestTimeout);
		}
		return (left.toDays() > 0) ? DAY : left.toNanos();
	}

	/** Whether the time is over for which the peer was let in. */
	boolean isExpired(long now) {
		return this.life.state() == ConnectionState.OPEN && allowedTimeLeft(now) <= 0;
	}

	/** Whether a peer that was told to go has had the time to say something else. */
	boolean isGoodbyeOver(long now) {
		return this.life.state() == ConnectionState.GOING && !this.pace.isBusy() && now - this.in.lastRead() > LINGER
				&& this.life.endingFor(now) > LINGER;
	}

	/** Which of the deadlines is over. */
	CloseReason overdue(long now) {
		if (!this.life.hasReached(ConnectionState.OPEN)) {
			return CloseReason.HANDSHAKE_TIMEOUT;
		}
		if (this.out.timeLeft(now) <= 0) {
			return CloseReason.SLOW_CONSUMER;
		}
		return this.in.isPartial() ? CloseReason.MESSAGE_TIMEOUT : CloseReason.IDLE;
	}

}
