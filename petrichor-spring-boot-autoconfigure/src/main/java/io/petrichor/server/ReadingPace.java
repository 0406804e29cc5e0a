package io.petrichor.server;

import io.petrichor.handler.RequestLane;
import io.petrichor.protocol.Capabilities;
import io.petrichor.protocol.PairInput;

/**
 * Whether there is room to take more from a peer that was let in: requests in flight,
 * output and the memory of all connections have their bounds. Event loop only, but for
 * what says otherwise.
 */
final class ReadingPace {

	/** Who holds no more is read also when all together hold too much. */
	private static final long FAIR_SHARE = 16 * 1024;

	private final ServerLimits limits;

	private final MemoryBudget budget;

	private final PairInput in;

	private final Outbound out;

	private final RequestLane lane;

	private int maxInFlight;

	/** What the budget knows of. */
	private volatile long held;

	private boolean closed;

	ReadingPace(ServerLimits limits, MemoryBudget budget, PairInput in, Outbound out, RequestLane lane) {
		this.limits = limits;
		this.budget = budget;
		this.in = in;
		this.out = out;
		this.lane = lane;
	}

	/** The peer is let in. */
	void open(Capabilities capabilities) {
		// One more than announced, so that a cancel is read while all are in flight.
		this.maxInFlight = this.limits.maxInFlight() + (capabilities.plain() ? 0 : 1);
	}

	boolean hasRoom() {
		return !this.in.isBroken() && this.lane.inFlight() < this.maxInFlight && this.out.isWritable()
				&& !(this.held > FAIR_SHARE && this.budget.isOver());
	}

	/** Whether anything is in flight, in either direction. */
	boolean isBusy() {
		return this.lane.inFlight() > 0 || this.in.isPartial() || this.out.pending() > 0 || this.in.hasUnread();
	}

	/**
	 * Tell the budget what is held now, unless the connection is gone: a request whose
	 * reply is just being written is in flight a little longer.
	 */
	void account() {
		if (this.closed) {
			return;
		}
		this.held = this.budget.changed(this.held, this.in.held() + this.lane.inFlightBytes() + this.out.pending());
	}

	/** The memory that is held for what is not finished; any thread. */
	long held() {
		return this.held;
	}

	/** Nothing is held any more. */
	void close() {
		this.closed = true;
		this.budget.gone(this.held);
		this.held = 0;
	}

}
