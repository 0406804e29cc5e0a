package io.petrichor.handler;

import io.netty.util.concurrent.EventExecutor;
import org.jspecify.annotations.Nullable;

/**
 * What ended on a connection since its output was flushed, so that the clock and the
 * listener are asked once for a batch and not for each request. What ends on the event
 * loop is counted without a lock.
 */
final class RequestTally {

	private final RequestListener listener;

	private final EventExecutor loop;

	/** Event loop only. */
	private final Batch onLoop = new Batch();

	/** Any thread that has its lock. */
	private final Batch elsewhere = new Batch();

	RequestTally(RequestListener listener, EventExecutor loop) {
		this.listener = listener;
		this.loop = loop;
	}

	/** Any thread. */
	void add(Route route, Outcome outcome, long receivedAt) {
		if (this.loop.inEventLoop()) {
			this.onLoop.add(route, outcome, receivedAt);
		}
		else {
			synchronized (this.elsewhere) {
				this.elsewhere.add(route, outcome, receivedAt);
			}
		}
	}

	/** Event loop only. */
	void flush() {
		this.onLoop.flush();
		synchronized (this.elsewhere) {
			this.elsewhere.flush();
		}
	}

	/** Requests of one route with one outcome. */
	private final class Batch {

		private @Nullable Route route;

		private Outcome outcome = Outcome.SUCCESS;

		private int requests;

		/**
		 * The sum of the times they were read at. It may overflow: the difference does
		 * not.
		 */
		private long reads;

		private long earliest;

		void add(Route route, Outcome outcome, long receivedAt) {
			if (this.route != route || this.outcome != outcome) {
				flush();
				this.route = route;
				this.outcome = outcome;
			}
			this.earliest = (this.requests == 0 || receivedAt - this.earliest < 0) ? receivedAt : this.earliest;
			this.reads += receivedAt;
			this.requests++;
		}

		void flush() {
			Route route = this.route;
			if (route != null && this.requests > 0) {
				long now = System.nanoTime();
				RequestTally.this.listener.ended(route.pattern(), this.outcome, this.requests,
						this.requests * now - this.reads, now - this.earliest);
				this.requests = 0;
				this.reads = 0;
			}
		}

	}

}
