package io.petrichor.handler;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.util.concurrent.AbstractEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The way from one event loop to the handler executor and back, for all connections of
 * the loop. A switch of threads costs more than most handlers: what the loop finds ready
 * at once goes over together when it has read everything, and what a thread has done
 * comes back together when it has nothing left to do. If it is blocked meanwhile, the
 * loop looks for itself every two milliseconds.
 */
final class HandOff {

	private static final Log logger = LogFactory.getLog(HandOff.class);

	private static final long PATIENCE_MILLIS = 2;

	private static final Runnable NOTHING = () -> {
	};

	private final EventExecutor loop;

	private final Executor executor;

	private final Runnable wake = this::wake;

	private final Runnable look = this::look;

	/** Pieces of work that are not done; as long as there are, the loop looks. */
	private final AtomicInteger away = new AtomicInteger();

	/** Whether it has been said that the executor fails. */
	private volatile boolean failed;

	private boolean wakeSoon;

	private boolean lookSoon;

	HandOff(EventExecutor loop, PetrichorHandlerExecutor executor) {
		this.loop = loop;
		this.executor = executor.target();
	}

	/**
	 * Send work to the executor; event loop only.
	 * @throws RejectedExecutionException if the executor refuses it
	 */
	void submit(Work work) {
		if (this.executor instanceof HandlerThreads threads) {
			threads.enqueue(work);
			if (!this.wakeSoon) {
				this.wakeSoon = true;
				this.loop.execute(this.wake);
			}
		}
		else {
			give(work);
		}
		this.away.incrementAndGet();
	}

	/**
	 * Send work to the executor at once, of which nothing comes back to the loop; any
	 * thread if it is one on which such work runs, otherwise the event loop only.
	 * @throws RejectedExecutionException if the executor refuses it
	 */
	void execute(Watched work) {
		this.away.incrementAndGet();
		try {
			give(work);
		}
		catch (RejectedExecutionException ex) {
			this.away.decrementAndGet();
			throw ex;
		}
		if (this.executor instanceof HandlerThreads && this.loop.inEventLoop()) {
			lookLater();
		}
	}

	/** An executor that fails, as one that gets no thread, refuses the work as well. */
	private void give(Runnable work) {
		try {
			this.executor.execute(work);
		}
		catch (RejectedExecutionException ex) {
			throw ex;
		}
		catch (Throwable ex) {
			if (!this.failed) {
				this.failed = true;
				logger.error("The handler executor fails; what it does not take is answered busy", ex);
			}
			throw new RejectedExecutionException("The handler executor fails", ex);
		}
	}

	private void wake() {
		this.wakeSoon = false;
		try {
			((HandlerThreads) this.executor).wake();
		}
		finally {
			lookLater();
		}
	}

	private void lookLater() {
		if (!this.lookSoon) {
			this.lookSoon = true;
			this.loop.schedule(this.look, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
		}
	}

	private void look() {
		this.lookSoon = false;
		if (this.away.get() > 0) {
			((HandlerThreads) this.executor).wakeIfStuck();
			lookLater();
		}
	}

	private void back(Work work) {
		try {
			back(work.afterwards);
		}
		catch (RejectedExecutionException ex) {
			// The event loop has ended, and its connections with it.
		}
	}

	private void back(Runnable afterwards) {
		if (this.executor instanceof HandlerThreads && this.loop instanceof AbstractEventExecutor executor) {
			executor.lazyExecute(afterwards);
		}
		else {
			this.loop.execute(afterwards);
		}
	}

	/** Any thread. */
	void wakeLoop() {
		try {
			this.loop.execute(NOTHING);
		}
		catch (RejectedExecutionException ex) {
			// The event loop has ended, and its connections with it.
		}
	}

	/** Something to do on the executor. */
	static final class Watched implements Runnable {

		private final HandOff origin;

		private final Runnable work;

		Watched(HandOff origin, Runnable work) {
			this.origin = origin;
			this.work = work;
		}

		@Override
		public void run() {
			try {
				this.work.run();
			}
			finally {
				this.origin.away.decrementAndGet();
			}
		}

	}

	/** Something to do on the executor, and something on the event loop afterwards. */
	static final class Work implements Runnable {

		private final HandOff origin;

		private final Runnable work;

		private final Runnable afterwards;

		Work(HandOff origin, Runnable work, Runnable afterwards) {
			this.origin = origin;
			this.work = work;
			this.afterwards = () -> {
				origin.away.decrementAndGet();
				afterwards.run();
			};
		}

		HandOff origin() {
			return this.origin;
		}

		@Override
		public void run() {
			try {
				this.work.run();
			}
			finally {
				this.origin.back(this);
			}
		}

	}

}
