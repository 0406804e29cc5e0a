package io.petrichor.handler;

import org.jspecify.annotations.Nullable;

/**
 * What ended on a connection since its output was flushed, so that the clock and the
 * listener are asked once for a batch and not for each request. Any thread.
 */
final class RequestTally {

	private final RequestListener listener;

	private @Nullable Route route;

	private Outcome outcome = Outcome.SUCCESS;

	private int requests;

	/**
	 * The sum of the times they were read at. It may overflow: the difference does not.
	 */
	private long reads;

	private long earliest;

	RequestTally(RequestListener listener) {
		this.listener = listener;
	}

	synchronized void add(Route route, Outcome outcome, long receivedAt) {
		if (this.route != route || this.outcome != outcome) {
			flush();
			this.route = route;
			this.outcome = outcome;
		}
		this.earliest = (this.requests == 0 || receivedAt - this.earliest < 0) ? receivedAt : this.earliest;
		this.reads += receivedAt;
		this.requests++;
	}

	synchronized void flush() {
		Route route = this.route;
		if (route != null && this.requests > 0) {
			long now = System.nanoTime();
			this.listener.ended(route.pattern(), this.outcome, this.requests, this.requests * now - this.reads,
					now - this.earliest);
			this.requests = 0;
			this.reads = 0;
		}
	}

}
