package io.petrichor.handler;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.netty.util.concurrent.EventExecutor;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a connection that have no id: they run one at a time, and their replies
 * keep their order. What one read delivered goes to the handler executor as one batch,
 * and its replies come back as one. Event loop only, unless a method says otherwise.
 */
final class OrderedRequests {

	/** How long a finished reply may wait for others of its batch that are slow. */
	private static final long PATIENCE_MILLIS = 2;

	private final RequestLane lane;

	private final EventExecutor loop;

	private final Replies replies;

	private final HandOff handOff;

	private final HandOff.Work batchWork;

	/** Those whose turn has not come. */
	private final ArrayDeque<Request> waiting = new ArrayDeque<>();

	/** Those that a thread of the executor is running, or will. */
	private volatile List<Request> batch = new ArrayList<>();

	private int batchRan;

	/** The one that holds up the others until its reply is there. */
	private @Nullable Request current;

	private boolean busy;

	private boolean flusherArmed;

	OrderedRequests(RequestLane lane, EventExecutor loop, HandOff handOff, Replies replies) {
		this.lane = lane;
		this.loop = loop;
		this.handOff = handOff;
		this.replies = replies;
		this.batchWork = new HandOff.Work(handOff, this::runBatch, this::endBatch);
	}

	void accept(Request request, long now) {
		if (!request.target().blocking() && !this.busy && this.waiting.isEmpty()) {
			runInTurn(request, now);
		}
		else {
			this.waiting.add(request);
		}
	}

	/** Run what can be run now. */
	void drain() {
		if (this.current != null && this.current.isAnswered()) {
			this.current = null;
			this.busy = false;
		}
		while (!this.busy && !this.waiting.isEmpty() && !this.replies.isFull()) {
			if (this.waiting.element().target().blocking()) {
				submitBatch();
			}
			else {
				runInTurn(this.waiting.remove(), System.nanoTime());
			}
		}
	}

	private void runInTurn(Request request, long now) {
		this.lane.run(request, now);
		if (!request.isAnswered()) {
			this.current = request;
			this.busy = true;
		}
	}

	private void submitBatch() {
		List<Request> batch = this.batch;
		while (!this.waiting.isEmpty() && this.waiting.element().target().blocking()) {
			batch.add(this.waiting.remove());
		}
		this.busy = true;
		try {
			this.handOff.submit(this.batchWork);
			if (batch.size() > 1) {
				armFlusher();
			}
		}
		catch (RejectedExecutionException ex) {
			batch.forEach((request) -> request.complete(ErrorReplies.BUSY));
			batch.clear();
			this.busy = false;
		}
	}

	/** On a thread of the executor. */
	private void runBatch() {
		List<Request> batch = this.batch;
		int index = 0;
		try {
			while (index < batch.size()) {
				Request request = batch.get(index++);
				this.lane.runInterruptibly(request);
				if (!request.isAnswered() || this.lane.isGivenUp() || this.replies.isFull()) {
					break;
				}
			}
		}
		finally {
			this.batchRan = index;
		}
	}

	private void endBatch() {
		List<Request> batch = this.batch;
		for (int i = batch.size() - 1; i >= this.batchRan; i--) {
			this.waiting.addFirst(batch.get(i));
		}
		@Nullable Request last = batch.isEmpty() ? null : batch.get(this.batchRan - 1);
		batch.clear();
		this.current = (last == null || last.isAnswered()) ? null : last;
		this.busy = this.current != null;
		this.lane.advance();
	}

	/**
	 * All of the batch is answered: while it waits for a thread it is not kept, since no
	 * limit counts it.
	 */
	private void dropBatch() {
		if (!this.batch.isEmpty()) {
			this.batch = new ArrayList<>();
		}
	}

	private void armFlusher() {
		if (!this.flusherArmed) {
			this.flusherArmed = true;
			this.loop.schedule(() -> {
				this.flusherArmed = false;
				if (!this.batch.isEmpty()) {
					this.replies.flush();
					armFlusher();
				}
			}, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
		}
	}

	/**
	 * Answer those whose time is over. One that has its turn after others waits for their
	 * replies also with this one.
	 */
	long expire(long now) {
		long next = Long.MAX_VALUE;
		if (this.current != null && !this.current.isAnswered()) {
			next = Math.min(next, this.lane.expire(this.current, now));
			if (!this.current.isAnswered()) {
				return next;
			}
		}
		for (Request request : this.batch) {
			next = Math.min(next, this.lane.expire(request, now));
			if (!request.isAnswered()) {
				return next;
			}
		}
		dropBatch();
		while (!this.waiting.isEmpty()) {
			next = Math.min(next, this.lane.expire(this.waiting.element(), now));
			if (!this.waiting.element().isAnswered()) {
				return next;
			}
			this.waiting.remove();
		}
		return next;
	}

	void close() {
		this.waiting.forEach(Request::abandon);
		this.waiting.clear();
		this.batch.forEach(Request::abandon);
		dropBatch();
		if (this.current != null) {
			this.current.abandon();
		}
	}

}
