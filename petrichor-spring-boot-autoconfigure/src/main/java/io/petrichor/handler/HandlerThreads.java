package io.petrichor.handler;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Threads with a bounded queue before them, of which no more are awake than the work
 * takes: the one that fell idle last is woken first, and another only if what waits would
 * take the one longer than the other takes to wake up. So quick work is done by one warm
 * thread, without a switch of threads for each piece, and slow work has all of them.
 */
final class HandlerThreads implements Executor, AutoCloseable {

	/**
	 * Some times what it costs to wake a thread and to switch to it and back: the quick
	 * requests that a dozen connections send at once are still work for one.
	 */
	private static final long WORTH_WAKING_NANOS = 50_000;

	private static final Log logger = LogFactory.getLog(HandlerThreads.class);

	private final int most;

	private final int capacity;

	private final long idleNanos;

	private final ThreadFactory factory;

	private final ReentrantLock lock = new ReentrantLock();

	private final ArrayDeque<Runnable> work = new ArrayDeque<>();

	/** Of each thread that waits what wakes it; the last one first. */
	private final ArrayDeque<Condition> idle = new ArrayDeque<>();

	private final List<Thread> threads = new ArrayList<>();

	/** Whether a thread has been woken that has not looked yet. */
	private boolean waking;

	/** Whether the last thread could not be started. */
	private boolean shorthanded;

	private boolean closed;

	/** What a piece takes, on the average of the last few. */
	private long pieceNanos;

	private long begun;

	private long begunBefore;

	/**
	 * Create a pool; threads begin with the first work.
	 * @param most the most threads, at least 1
	 * @param capacity the most pieces of work that wait, at least 1
	 * @param idle how long a thread waits for work before it ends
	 * @param factory where threads come from
	 */
	HandlerThreads(int most, int capacity, Duration idle, ThreadFactory factory) {
		this.most = most;
		this.capacity = capacity;
		this.idleNanos = idle.toNanos();
		this.factory = factory;
	}

	@Override
	public void execute(Runnable piece) {
		enqueue(piece);
		wake();
	}

	/** Take work without waking anyone for it yet. */
	void enqueue(Runnable piece) {
		this.lock.lock();
		try {
			if (this.closed || this.work.size() >= this.capacity) {
				throw new RejectedExecutionException("The handler executor is full or closed");
			}
			this.work.add(piece);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** See to it that someone does what waits. */
	void wake() {
		this.lock.lock();
		try {
			if (this.threads.size() == this.idle.size() || isWorthWaking()) {
				wakeOne();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Wake another thread if none has begun anything since the last call: whoever is
	 * awake may be blocked.
	 */
	void wakeIfStuck() {
		this.lock.lock();
		try {
			if (!this.work.isEmpty() && this.begun == this.begunBefore) {
				this.pieceNanos = Math.max(this.pieceNanos, WORTH_WAKING_NANOS);
				wakeOne();
			}
			this.begunBefore = this.begun;
		}
		finally {
			this.lock.unlock();
		}
	}

	int queued() {
		this.lock.lock();
		try {
			return this.work.size();
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean isWorthWaking() {
		return this.pieceNanos * this.work.size() >= WORTH_WAKING_NANOS;
	}

	private void wakeOne() {
		if (this.waking || this.work.isEmpty()) {
			return;
		}
		if (!this.idle.isEmpty()) {
			this.waking = true;
			this.idle.pop().signal();
		}
		else if (this.threads.size() < this.most) {
			this.waking = start();
		}
	}

	/**
	 * The machine may have no thread to give just now. Whoever asks for one has work that
	 * is taken already, and must not fail: others do it, or it waits.
	 */
	private boolean start() {
		try {
			Thread thread = this.factory.newThread(this::run);
			thread.start();
			this.threads.add(thread);
			this.shorthanded = false;
			return true;
		}
		catch (Throwable ex) {
			if (!this.shorthanded) {
				this.shorthanded = true;
				logger.error("No thread could be started for handlers, there are %d; trying again as long as work waits"
					.formatted(this.threads.size()), ex);
			}
			return false;
		}
	}

	private void run() {
		boolean first = true;
		@Nullable HandOff owed = null;
		long began = 0;
		while (true) {
			@Nullable Runnable piece = next(first, began);
			first = false;
			if (piece == null) {
				if (owed != null) {
					owed.wakeLoop();
					owed = null;
				}
				piece = await();
				if (piece == null) {
					return;
				}
			}
			@Nullable HandOff origin = (piece instanceof HandOff.Work handed) ? handed.origin() : null;
			if (owed != null && owed != origin) {
				owed.wakeLoop();
			}
			began = System.nanoTime();
			run(piece);
			owed = origin;
		}
	}

	private static void run(Runnable piece) {
		try {
			piece.run();
		}
		catch (Throwable ex) {
			Thread thread = Thread.currentThread();
			thread.getUncaughtExceptionHandler().uncaughtException(thread, ex);
		}
	}

	private @Nullable Runnable next(boolean first, long began) {
		long now = System.nanoTime();
		this.lock.lock();
		try {
			if (first) {
				this.waking = false;
			}
			else {
				this.pieceNanos += (now - began - this.pieceNanos) / 4;
			}
			return take();
		}
		finally {
			this.lock.unlock();
		}
	}

	private @Nullable Runnable take() {
		@Nullable Runnable piece = this.work.poll();
		if (piece != null) {
			this.begun++;
			if (isWorthWaking()) {
				wakeOne();
			}
		}
		return piece;
	}

	/** The next piece, or null if this thread is to end. */
	private @Nullable Runnable await() {
		this.lock.lock();
		try {
			Condition woken = this.lock.newCondition();
			long left = this.idleNanos;
			while (this.work.isEmpty() && left > 0 && !this.closed) {
				this.idle.push(woken);
				left = awaitNanos(woken, left);
				if (!this.idle.remove(woken)) {
					this.waking = false;
				}
			}
			@Nullable Runnable piece = (this.closed) ? null : take();
			if (piece == null) {
				this.threads.remove(Thread.currentThread());
			}
			return piece;
		}
		finally {
			this.lock.unlock();
		}
	}

	private static long awaitNanos(Condition woken, long nanos) {
		try {
			return woken.awaitNanos(nanos);
		}
		catch (InterruptedException ex) {
			// Meant for work that is done, or for the end, which says so itself.
			return nanos;
		}
	}

	/** End the threads, interrupting what still runs. */
	@Override
	public void close() {
		this.lock.lock();
		try {
			this.closed = true;
			this.work.clear();
			this.idle.forEach(Condition::signal);
			this.threads.forEach(Thread::interrupt);
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public String toString() {
		return "at most %d threads (queue: %d)".formatted(this.most, this.capacity);
	}

}
