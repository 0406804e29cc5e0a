package io.petrichor.client;

import io.netty.channel.EventLoop;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.petrichor.handler.Outcome;

/**
 * What ended on a client since the last read, so that the clock and the listener are
 * asked once for a batch and not for each call.
 */
final class CallTally {

	private static final Log logger = LogFactory.getLog(CallTally.class);

	private final ClientListener listener;

	private final EventLoop loop;

	private String route = "";

	private Outcome outcome = Outcome.SUCCESS;

	private int calls;

	/**
	 * The sum of the times they were made at. It may overflow: the difference does not.
	 */
	private long starts;

	private long earliest;

	CallTally(ClientListener listener, EventLoop loop) {
		this.listener = listener;
		this.loop = loop;
	}

	/** A call has ended; any thread. What did not end well is told at once. */
	void ended(String route, Outcome outcome, long start) {
		if (this.loop.inEventLoop()) {
			add(route, outcome, start);
			if (outcome != Outcome.SUCCESS) {
				flush();
			}
		}
		else {
			long nanos = System.nanoTime() - start;
			tell(route, outcome, 1, nanos, nanos);
		}
	}

	private void add(String route, Outcome outcome, long start) {
		if (this.outcome != outcome || !this.route.equals(route)) {
			flush();
			this.route = route;
			this.outcome = outcome;
		}
		this.earliest = (this.calls == 0 || start - this.earliest < 0) ? start : this.earliest;
		this.starts += start;
		this.calls++;
	}

	/** Tell the listener; event loop only. */
	void flush() {
		if (this.calls > 0) {
			long now = System.nanoTime();
			int calls = this.calls;
			long nanos = calls * now - this.starts;
			this.calls = 0;
			this.starts = 0;
			tell(this.route, this.outcome, calls, nanos, now - this.earliest);
		}
	}

	/** Whatever the listener does, the callers must get their outcomes. */
	private void tell(String route, Outcome outcome, int calls, long nanos, long longest) {
		try {
			this.listener.callsEnded(route, outcome, calls, nanos, longest);
		}
		catch (Throwable ex) {
			logger.error("A listener failed at the end of calls", ex);
		}
	}

}
