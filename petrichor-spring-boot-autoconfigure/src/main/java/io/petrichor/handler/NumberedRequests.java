package io.petrichor.handler;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * The requests of a connection that have an id: they run in parallel, are answered in any
 * order, and can be cancelled. Event loop only, unless a method says otherwise.
 */
final class NumberedRequests {

	private final RequestLane lane;

	private final HandOff handOff;

	private final Replies replies;

	/** Those that are not answered yet. */
	private final Map<Long, Request> open = new ConcurrentHashMap<>(0);

	/** Those that wait for a thread; none that is answered, since no limit counts it. */
	private final Queue<Request> waiting = new ConcurrentLinkedQueue<>();

	private final HandOff.Watched work;

	/** Whether a worker has been asked for that has not begun. */
	private final AtomicBoolean standby = new AtomicBoolean();

	NumberedRequests(RequestLane lane, HandOff handOff, Replies replies) {
		this.lane = lane;
		this.handOff = handOff;
		this.work = new HandOff.Watched(handOff, this::work);
		this.replies = replies;
	}

	void accept(Request request, Long id, long now) {
		if (this.open.putIfAbsent(id, request) != null) {
			request.complete(ErrorReplies.CONFLICT);
		}
		else if (request.target().blocking()) {
			this.waiting.add(request);
		}
		else {
			this.lane.run(request, now);
		}
	}

	/** Find threads for what waits for one. */
	void start() {
		if (!this.waiting.isEmpty() && !this.replies.isFull() && !askForWorker()) {
			for (Request request; (request = this.waiting.poll()) != null;) {
				request.complete(ErrorReplies.BUSY);
			}
		}
	}

	/**
	 * Each worker that finds more than it takes asks for one other before it begins: a
	 * quick handler is served by one thread, slow ones get as many as they need.
	 */
	private boolean askForWorker() {
		if (this.standby.compareAndSet(false, true)) {
			try {
				this.handOff.execute(this.work);
			}
			catch (RejectedExecutionException ex) {
				this.standby.set(false);
				return false;
			}
		}
		return true;
	}

	/** On a thread of the executor. */
	private void work() {
		this.standby.set(false);
		for (Request request; !this.replies.isFull() && (request = this.waiting.poll()) != null;) {
			if (!this.waiting.isEmpty()) {
				askForWorker();
			}
			this.lane.runInterruptibly(request);
			this.lane.wake();
		}
	}

	void cancel(Long id) {
		@Nullable Request request = this.open.get(id);
		if (request != null) {
			request.complete(ErrorReplies.CANCELLED);
			request.stopWork();
			this.waiting.remove(request);
		}
	}

	/** Any thread. */
	void answered(Request request, Long id) {
		this.open.remove(id, request);
	}

	/** Answer those whose time is over. */
	long expire(long now) {
		long next = Long.MAX_VALUE;
		for (Request request : this.open.values()) {
			next = Math.min(next, this.lane.expire(request, now));
		}
		this.waiting.removeIf(Request::isDone);
		return next;
	}

	void close() {
		this.open.values().forEach(Request::abandon);
		this.open.clear();
		this.waiting.clear();
	}

}
