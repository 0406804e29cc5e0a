package io.petrichor.handler;

import java.time.Duration;
import java.util.Deque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Threads with a bounded queue before them, of which no more are awake than the work
 * takes: the one that fell idle last is woken first, and another only if what waits would
 * take the one longer than the other takes to wake up. So quick work is done by one warm
 * thread, without a switch of threads for each piece, and slow work has all of them. Who
 * brings work waits for nobody: there is no lock.
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

	private final Queue<Runnable> work = new ConcurrentLinkedQueue<>();

	private final AtomicInteger queued = new AtomicInteger();

	private final Set<Worker> workers = ConcurrentHashMap.newKeySet();

	/** Those that are asleep; the last one first. */
	private final Deque<Worker> idle = new ConcurrentLinkedDeque<>();

	/** How many are not asleep. */
	private final AtomicInteger awake = new AtomicInteger();

	/**
	 * Whether one has been woken or started that has not looked yet. Who sets it may wake
	 * or start one.
	 */
	private final AtomicBoolean waking = new AtomicBoolean();

	/** Whether the last thread could not be started. */
	private volatile boolean shorthanded;

	private volatile boolean closed;

	/** What a piece takes, on the average of the last few; more or less. */
	private volatile long pieceNanos;

	private final AtomicLong begun = new AtomicLong();

	private volatile long begunBefore;

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
		if (this.queued.incrementAndGet() > this.capacity || this.closed) {
			this.queued.decrementAndGet();
			throw new RejectedExecutionException("The handler executor is full or closed");
		}
		this.work.add(piece);
	}

	/** See to it that someone does what waits. */
	void wake() {
		if (this.awake.get() == 0 || isWorthWaking()) {
			wakeOne();
		}
	}

	/**
	 * Wake another thread if none has begun anything since the last call: whoever is
	 * awake may be blocked.
	 */
	void wakeIfStuck() {
		long begun = this.begun.get();
		if (begun == this.begunBefore && !this.work.isEmpty()) {
			this.pieceNanos = Math.max(this.pieceNanos, WORTH_WAKING_NANOS);
			wakeOne();
		}
		this.begunBefore = begun;
	}

	int queued() {
		return this.queued.get();
	}

	private boolean isWorthWaking() {
		return this.pieceNanos * this.queued.get() >= WORTH_WAKING_NANOS;
	}

	/** Looks again if it found nobody: one may have fallen asleep or ended meanwhile. */
	private void wakeOne() {
		while (!this.work.isEmpty() && (!this.idle.isEmpty() || this.workers.size() < this.most)
				&& this.waking.compareAndSet(false, true)) {
			@Nullable Worker worker = this.idle.poll();
			if (worker != null && worker.rouse()) {
				LockSupport.unpark(worker.thread);
				return;
			}
			if (worker == null && this.workers.size() < this.most) {
				start();
				return;
			}
			this.waking.set(false);
		}
	}

	/**
	 * The machine may have no thread to give just now. Whoever asks for one has work that
	 * is taken already, and must not fail: others do it, or it waits.
	 */
	private void start() {
		@Nullable Worker worker = null;
		this.awake.incrementAndGet();
		try {
			worker = new Worker();
			this.workers.add(worker);
			worker.thread.start();
			this.shorthanded = false;
		}
		catch (Throwable ex) {
			if (worker != null) {
				this.workers.remove(worker);
			}
			this.awake.decrementAndGet();
			boolean known = this.shorthanded;
			this.shorthanded = true;
			this.waking.set(false);
			if (!known) {
				logger.error("No thread could be started for handlers, there are %d; trying again as long as work waits"
					.formatted(this.workers.size()), ex);
			}
		}
	}

	private @Nullable Runnable take() {
		@Nullable Runnable piece = this.closed ? null : this.work.poll();
		if (piece != null) {
			this.queued.decrementAndGet();
			this.begun.incrementAndGet();
			if (isWorthWaking()) {
				wakeOne();
			}
		}
		return piece;
	}

	/** End the threads, interrupting what still runs. */
	@Override
	public void close() {
		this.closed = true;
		while (this.work.poll() != null) {
			this.queued.decrementAndGet();
		}
		this.workers.forEach((worker) -> worker.thread.interrupt());
	}

	@Override
	public String toString() {
		return "at most %d threads (queue: %d)".formatted(this.most, this.capacity);
	}

	/** What one thread does. */
	private final class Worker implements Runnable {

		private final Thread thread = HandlerThreads.this.factory.newThread(this);

		/** Cleared by whoever wakes it, which may be itself. */
		private final AtomicBoolean asleep = new AtomicBoolean();

		@Override
		public void run() {
			HandlerThreads.this.waking.set(false);
			@Nullable HandOff owed = null;
			while (true) {
				@Nullable Runnable piece = take();
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
				run(piece);
				owed = origin;
			}
		}

		private void run(Runnable piece) {
			long began = System.nanoTime();
			try {
				piece.run();
			}
			catch (Throwable ex) {
				this.thread.getUncaughtExceptionHandler().uncaughtException(this.thread, ex);
			}
			long before = HandlerThreads.this.pieceNanos;
			HandlerThreads.this.pieceNanos = before + (System.nanoTime() - began - before) / 4;
		}

		/** The next piece, or null if this thread is to end. */
		private @Nullable Runnable await() {
			long end = System.nanoTime() + HandlerThreads.this.idleNanos;
			while (!isOver(end)) {
				sleep(end);
				@Nullable Runnable piece = take();
				if (piece != null) {
					return piece;
				}
			}
			end();
			return null;
		}

		/** Work that came while it was falling asleep had nobody to wake. */
		private void sleep(long end) {
			this.asleep.set(true);
			HandlerThreads.this.idle.push(this);
			HandlerThreads.this.awake.decrementAndGet();
			while (this.asleep.get() && HandlerThreads.this.work.isEmpty() && !isOver(end)) {
				LockSupport.parkNanos(this, end - System.nanoTime());
				// Meant for work that is done, or for the end, which says so itself.
				Thread.interrupted();
			}
			if (rouse()) {
				HandlerThreads.this.idle.remove(this);
			}
			else {
				HandlerThreads.this.waking.set(false);
			}
		}

		private boolean isOver(long end) {
			return HandlerThreads.this.closed || System.nanoTime() - end >= 0;
		}

		/** Whether it was asleep until now. */
		private boolean rouse() {
			boolean first = this.asleep.compareAndSet(true, false);
			if (first) {
				HandlerThreads.this.awake.incrementAndGet();
			}
			return first;
		}

		/** Work that came meanwhile may have counted on this thread. */
		private void end() {
			HandlerThreads.this.workers.remove(this);
			HandlerThreads.this.awake.decrementAndGet();
			if (!HandlerThreads.this.closed) {
				wake();
			}
		}

	}

}
