package io.petrichor.handler;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

/**
 * A request on its way through a handler, answered exactly once.
 *
 * @since 0.1.0
 */
public final class Request {

	private static final Log logger = LogFactory.getLog(Request.class);

	private static final AtomicIntegerFieldUpdater<Request> DONE = AtomicIntegerFieldUpdater.newUpdater(Request.class,
			"done");

	private static final AtomicLongFieldUpdater<Request> DEADLINE = AtomicLongFieldUpdater.newUpdater(Request.class,
			"deadline");

	/** Somebody has the reply, and is about to write it. */
	private static final int CLAIMED = 1;

	/** The reply is written, or will never be. */
	private static final int ANSWERED = 2;

	private final Message message;

	private final RequestLane lane;

	private final Route route;

	private final @Nullable Long id;

	private final boolean oneway;

	/** When it was read. */
	private final long receivedAt;

	private volatile long deadline;

	/** Null if nobody follows this request. */
	private final @Nullable Observed observed;

	/** 0, then {@link #CLAIMED}, then {@link #ANSWERED}. */
	private volatile int done;

	/** Whether the handler has returned and the reply is still to come. */
	private volatile boolean detached;

	private volatile @Nullable Disposable work;

	private @Nullable Thread runner;

	private boolean begun;

	Request(Message message, RequestLane lane, Route route, @Nullable Long id, boolean oneway, long receivedAt,
			long deadline, RequestListener listener) {
		this.message = message;
		this.lane = lane;
		this.route = route;
		this.id = id;
		this.oneway = oneway;
		this.receivedAt = receivedAt;
		DEADLINE.lazySet(this, deadline);
		RequestObservation observation = listener.accepted(this);
		this.observed = (observation != null) ? new Observed(observation) : null;
	}

	/**
	 * The pair as it came.
	 * @return the message
	 */
	public Message message() {
		return this.message;
	}

	/**
	 * The header of the request.
	 * @return the header
	 */
	public Header header() {
		return this.message.header();
	}

	/**
	 * The body of the request.
	 * @return the body
	 */
	public TNetstring body() {
		return this.message.body();
	}

	/**
	 * The connection that the request came on.
	 * @return the connection
	 */
	public PetrichorConnection connection() {
		return this.lane.connection();
	}

	/**
	 * The pattern of the route that was found, a name of bounded number.
	 * @return the pattern, empty for the default handler
	 */
	public String route() {
		return this.route.pattern();
	}

	Route target() {
		return this.route;
	}

	/** The number that the replies carry, or null if they come in order. */
	@Nullable Long id() {
		return this.id;
	}

	/** Its bytes on the wire. */
	int size() {
		return this.message.header().encoded().size() + this.message.body().size();
	}

	long receivedAt() {
		return this.receivedAt;
	}

	long deadline() {
		return this.deadline;
	}

	boolean isDone() {
		return this.done != 0;
	}

	/**
	 * Whether the reply is written: what comes after it in order may be written now.
	 */
	boolean isAnswered() {
		return this.done == ANSWERED;
	}

	void answered() {
		DONE.lazySet(this, ANSWERED);
	}

	boolean isDetached() {
		return this.detached;
	}

	void complete(Message reply) {
		complete(reply.header(), reply.body());
	}

	void complete(Header header, TNetstring body) {
		if (this.detached) {
			synchronized (this) {
				completeOnce(header, body);
			}
		}
		else {
			completeOnce(header, body);
		}
	}

	private void completeOnce(Header header, TNetstring body) {
		if (DONE.compareAndSet(this, 0, CLAIMED)) {
			this.lane.completed(this, header, body);
			observed(header);
		}
	}

	/** Give up with one reply if it was begun and another if not, and stop the work. */
	void giveUp(Message ifBegun, Message ifNot) {
		synchronized (this) {
			complete((this.begun || this.detached) ? ifBegun : ifNot);
		}
		stopWork();
	}

	/** One of many replies, never after the last one. */
	synchronized void completeInPart(Header header, TNetstring body) {
		if (this.id != null && !isDone()) {
			this.lane.completedInPart(this, this.id, header, body);
		}
	}

	/** Whether no reply is wanted. */
	boolean isOneway() {
		return this.oneway;
	}

	/** Whether the reply may be a stream. */
	boolean takesStream() {
		return this.id != null && !this.oneway && connection().capabilities().more();
	}

	void awaitRoom(StreamReply stream) {
		this.lane.awaitRoom(stream);
	}

	void awaitThread(StreamReply stream) {
		this.lane.awaitThread(stream);
	}

	void execute(Runnable work) {
		this.lane.execute(work);
	}

	/** The time begins anew. */
	void deadline(long deadline) {
		this.deadline = deadline;
	}

	/** Whether the reply is a stream that the peer does not read fast enough. */
	boolean isHeldUpByPeer() {
		return this.work instanceof StreamReply stream && stream.isWaiting();
	}

	/** Give up without a reply, and stop the work. */
	void abandon() {
		if (DONE.compareAndSet(this, 0, ANSWERED)) {
			this.lane.abandoned(this);
			if (this.observed != null) {
				this.observed.observation.ended(Outcome.ABANDONED, null);
			}
		}
		stopWork();
	}

	/** What the handler threw, if it is to be answered. */
	void failed(Throwable failure) {
		if (this.observed != null) {
			this.observed.failure = failure;
		}
	}

	@Nullable RequestObservation observation() {
		return (this.observed != null) ? this.observed.observation : null;
	}

	private void observed(Header reply) {
		if (this.observed != null) {
			this.observed.observation.ended(Outcome.of(reply), this.observed.failure);
		}
	}

	void detach() {
		this.detached = true;
	}

	/** Work that goes on after the handler returned; disposed of if it is not wanted. */
	void work(Disposable work) {
		this.work = work;
		if (isDone()) {
			stopWork();
		}
	}

	/**
	 * The calling thread runs the handler from now on; false if nobody waits any more.
	 */
	synchronized boolean begin() {
		if (isDone()) {
			return false;
		}
		this.begun = true;
		this.runner = Thread.currentThread();
		return true;
	}

	/** The calling thread is free again, and not interrupted for what it has left. */
	synchronized void end() {
		this.runner = null;
		Thread.interrupted();
	}

	/** Interrupt or cancel; what the application throws at that concerns nobody. */
	void stopWork() {
		interrupt();
		Disposable work = this.work;
		if (work != null) {
			try {
				work.dispose();
			}
			catch (Throwable ex) {
				logger.debug("A handler's work could not be cancelled", ex);
			}
		}
	}

	private synchronized void interrupt() {
		if (this.runner != null) {
			this.runner.interrupt();
		}
	}

	/** What is kept only for those who follow a request. */
	private static final class Observed {

		private final RequestObservation observation;

		private volatile @Nullable Throwable failure;

		Observed(RequestObservation observation) {
			this.observation = observation;
		}

	}

}
