package io.petrichor.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.netty.channel.EventLoop;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The way from listening to stopped: accept nobody, let every connection say goodbye and
 * answer what it has read, give up what is not answered when the grace period is over,
 * close. Looks every few milliseconds whether it is over.
 */
final class Drain {

	private static final Log logger = LogFactory.getLog(Drain.class);

	private static final long INTERVAL_MILLIS = 10;

	/** How long peers may take to read the last replies once the grace period is over. */
	private static final long LAST_REPLIES = TimeUnit.SECONDS.toNanos(2);

	private final Listening listening;

	private final EventLoop loop;

	private final List<Runnable> callbacks = new ArrayList<>();

	private final Duration gracePeriod;

	private final Consumer<Drain> afterwards;

	private final Runnable hurry = this::hurry;

	private long deadline;

	private boolean hurried;

	private boolean ended;

	/**
	 * Create a way down, which begins with {@link #start()}.
	 * @param listening what goes down it
	 * @param gracePeriod how long what was read may take to be answered
	 * @param afterwards told when it is over, before anybody who waits
	 */
	Drain(Listening listening, Duration gracePeriod, Consumer<Drain> afterwards) {
		this.listening = listening;
		this.afterwards = afterwards;
		this.loop = listening.socket().eventLoop();
		this.gracePeriod = gracePeriod;
		this.deadline = System.nanoTime() + gracePeriod.toNanos();
	}

	Listening listening() {
		return this.listening;
	}

	void start() {
		this.listening.socket().close().addListener((closed) -> {
			this.listening.drain();
			again();
		});
	}

	/**
	 * Somebody waits for it.
	 * @param callback run when it is over, or now if it is
	 */
	void await(Runnable callback) {
		boolean ended;
		synchronized (this) {
			ended = this.ended;
			if (!ended && this.callbacks.isEmpty()) {
				NextSignal.await(this.hurry);
			}
			this.callbacks.add(callback);
		}
		if (ended) {
			callback.run();
		}
	}

	/**
	 * Who waits for it has lost patience: the grace period is over now. Does nothing if
	 * nobody waits.
	 */
	synchronized void hurry() {
		if (!this.hurried && !this.callbacks.isEmpty()) {
			this.deadline = System.nanoTime();
		}
	}

	/** There is no time for anything: every connection is closed now. */
	synchronized void cut() {
		this.hurried = true;
		this.deadline = System.nanoTime();
	}

	private void again() {
		this.loop.schedule(this::look, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
	}

	private void look() {
		if (this.listening.isDrained()) {
			this.listening.end(this::end);
			return;
		}
		if (isOver()) {
			if (this.hurried) {
				this.listening.connections().forEach((connection) -> connection.close(CloseReason.SHUTDOWN));
			}
			else {
				logger.warn("%d connections did not end within the grace period of %s"
					.formatted(this.listening.connections().size(), this.gracePeriod));
				giveUp();
				this.listening.connections().forEach(ServerConnection::hurry);
			}
		}
		again();
	}

	private synchronized boolean isOver() {
		return System.nanoTime() - this.deadline >= 0;
	}

	private synchronized void giveUp() {
		if (!this.hurried) {
			this.hurried = true;
			this.deadline = System.nanoTime() + LAST_REPLIES;
		}
	}

	private void end() {
		List<Runnable> callbacks;
		synchronized (this) {
			this.ended = true;
			callbacks = List.copyOf(this.callbacks);
		}
		NextSignal.forget(this.hurry);
		this.afterwards.accept(this);
		callbacks.forEach(Runnable::run);
	}

}
