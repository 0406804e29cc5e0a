package io.petrichor.server;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.netty.util.concurrent.EventExecutor;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.Handshake;
import io.petrichor.server.auth.PetrichorAuthenticator;

/**
 * Brings handshakes to the authenticators, off the event loop, and their decision back.
 * Whatever goes wrong on the way is a denial. What is no fault of the peer's tells it to
 * try again.
 */
final class Authentication implements AutoCloseable {

	/** Handshakes that may wait for a thread. */
	private static final int QUEUE = 64;

	private static final int THREADS = 2 * Runtime.getRuntime().availableProcessors();

	/**
	 * No denial comes sooner after the question, nanoseconds: what a decision took tells
	 * a peer nothing, unless it took longer.
	 */
	private static final long DENIAL_FLOOR = TimeUnit.MILLISECONDS.toNanos(100);

	/** The answer to a peer on which nobody could decide. */
	static final Decision.Denied NOT_NOW = Decision.deny(Decision.deny().reason(), Duration.ofSeconds(1));

	private static final Log logger = LogFactory.getLog(Authentication.class);

	private final OccasionalLog failed = new OccasionalLog(logger);

	private final OccasionalLog slow = new OccasionalLog(logger);

	private final OccasionalLog busy = new OccasionalLog(logger);

	private final List<PetrichorAuthenticator> authenticators;

	private final ThreadPoolExecutor executor = new WorkThreads("petrichor-authentication-", THREADS, 10);

	Authentication(List<PetrichorAuthenticator> authenticators) {
		this.authenticators = authenticators;
	}

	/**
	 * Decide, and tell the decision once, on the event loop, after this method has
	 * returned.
	 * @param handshake what the peer sent
	 * @param loop the event loop, which is the calling thread
	 * @param decided where the decision goes
	 * @return the attempt, to be given up when nobody waits for it any more
	 */
	Attempt decide(Handshake handshake, EventExecutor loop, Consumer<Decision> decided) {
		Attempt attempt = new Attempt(handshake, loop, decided);
		if (this.authenticators.isEmpty()) {
			attempt.tell(Decision.allow(null));
		}
		else {
			attempt.submit();
		}
		return attempt;
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
	}

	/** The way of one handshake through the authenticators. */
	final class Attempt implements Runnable {

		private final long asked = System.nanoTime();

		private final Handshake handshake;

		private final EventExecutor loop;

		private final Consumer<Decision> decided;

		private int next;

		private boolean over;

		private @Nullable Thread runner;

		private @Nullable Disposable later;

		Attempt(Handshake handshake, EventExecutor loop, Consumer<Decision> decided) {
			this.handshake = handshake;
			this.loop = loop;
			this.decided = decided;
		}

		/** The time for the handshake is over; event loop only. */
		void expire() {
			if (cancel()) {
				Authentication.this.slow.error("A peer was denied because the authenticators took too long", null);
				this.decided.accept(NOT_NOW);
			}
		}

		/** Nobody waits any more: stop the work. Says whether it was still going on. */
		synchronized boolean cancel() {
			boolean first = !this.over;
			this.over = true;
			if (this.runner != null) {
				this.runner.interrupt();
			}
			if (this.later != null) {
				this.later.dispose();
			}
			return first;
		}

		private void submit() {
			if (Authentication.this.executor.getQueue().size() >= QUEUE) {
				Authentication.this.busy.warn("A peer was denied because too many others wait for the authenticators");
				tell(NOT_NOW);
				return;
			}
			try {
				Authentication.this.executor.execute(this);
			}
			catch (RejectedExecutionException ex) {
				// The server has ended.
				tell(NOT_NOW);
			}
		}

		@Override
		public void run() {
			if (begin()) {
				try {
					ask();
				}
				finally {
					end();
				}
			}
		}

		private synchronized boolean begin() {
			this.runner = this.over ? null : Thread.currentThread();
			return !this.over;
		}

		/** The calling thread is free again, and not interrupted for what it has left. */
		private synchronized void end() {
			this.runner = null;
			Thread.interrupted();
		}

		private void ask() {
			while (this.next < Authentication.this.authenticators.size()) {
				try {
					PetrichorAuthenticator authenticator = Authentication.this.authenticators.get(this.next++);
					@Nullable Decision decision = authenticator.authenticate(this.handshake);
					if (!(decision instanceof Decision.Abstained)) {
						conclude(decision);
						return;
					}
				}
				catch (Throwable ex) {
					fail(ex);
					return;
				}
			}
			tell(Decision.deny());
		}

		private void conclude(@Nullable Decision decision) {
			if (decision == null) {
				fail(new IllegalStateException("the authenticator decided nothing"));
			}
			else if (decision instanceof Decision.Later later) {
				await(later.decision());
			}
			else if (decision instanceof Decision.Abstained) {
				submit();
			}
			else {
				tell(decision);
			}
		}

		private void await(Mono<? extends Decision> decision) {
			Disposable later = decision.cast(Decision.class)
				.singleOptional()
				.subscribe((value) -> conclude(value.orElse(null)), this::fail);
			synchronized (this) {
				this.later = later;
				if (this.over) {
					later.dispose();
				}
			}
		}

		private synchronized boolean isOver() {
			return this.over;
		}

		private void fail(Throwable failure) {
			if (!isOver()) {
				Authentication.this.failed.error("A peer was denied because an authenticator failed", failure);
				tell(NOT_NOW);
			}
		}

		private void tell(Decision decision) {
			if (!this.loop.isShuttingDown()) {
				long early = (decision instanceof Decision.Denied) ? DENIAL_FLOOR - (System.nanoTime() - this.asked)
						: 0;
				if (early > 0) {
					this.loop.schedule(() -> deliver(decision), early, TimeUnit.NANOSECONDS);
				}
				else {
					this.loop.execute(() -> deliver(decision));
				}
			}
		}

		private void deliver(Decision decision) {
			if (cancel()) {
				this.decided.accept(decision);
			}
		}

	}

}
