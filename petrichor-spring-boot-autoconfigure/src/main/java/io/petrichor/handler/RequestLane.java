package io.petrichor.handler;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.netty.util.concurrent.EventExecutor;
import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

/**
 * The requests of one connection, from when they were read to when their replies are
 * written, and the account of them. Those without an id keep their order
 * ({@link OrderedRequests}), those with an id run in parallel ({@link NumberedRequests}).
 * Methods are for the connection's event loop unless they say otherwise.
 *
 * @since 0.1.0
 */
public final class RequestLane {

	private static final long ONE = 1L << 40;

	/** When to look again at a reply that another thread is writing. */
	private static final long SOON = TimeUnit.MILLISECONDS.toNanos(1);

	/** How long a stream waits for a thread before it asks again. */
	private static final long RETRY_MILLIS = 10;

	private static final Header MORE = Header.of(HeaderKeys.MORE, true);

	private static final Route GOING = new Route("UNKNOWN", (request) -> ErrorReplies.GOING, false);

	private final Dispatcher dispatcher;

	private final PetrichorConnection connection;

	private final EventExecutor loop;

	private final Replies replies;

	private final Runnable progress;

	private final HandOff handOff;

	private final OrderedRequests ordered;

	private final NumberedRequests numbered;

	private final StreamFeed streams;

	/** Null if nobody listens. */
	private final @Nullable RequestTally tally;

	/**
	 * Requests in units of {@link #ONE}, and below them their bytes: those that were
	 * taken, without those that were answered on the event loop, which alone changes it.
	 */
	private final AtomicLong taken = new AtomicLong();

	/** Of these, those that were answered by other threads. */
	private final AtomicLong answeredElsewhere = new AtomicLong();

	private final Runnable wakeUp = this::wakenUp;

	private final AtomicBoolean woken = new AtomicBoolean();

	/** Whether handlers run on the event loop whose replies need no waking. */
	private boolean running;

	private boolean refusing;

	private volatile boolean givenUp;

	RequestLane(Dispatcher dispatcher, PetrichorConnection connection, EventExecutor loop, HandOff handOff,
			Replies replies, Runnable progress) {
		this.dispatcher = dispatcher;
		this.connection = connection;
		this.loop = loop;
		this.replies = replies;
		this.progress = progress;
		this.handOff = handOff;
		this.ordered = new OrderedRequests(this, loop, handOff, replies);
		this.numbered = new NumberedRequests(this, handOff, replies);
		this.streams = new StreamFeed(replies);
		RequestListener listener = dispatcher.listener();
		this.tally = (listener != RequestListener.NONE) ? new RequestTally(listener, loop) : null;
	}

	PetrichorConnection connection() {
		return this.connection;
	}

	/**
	 * How many requests were read and are not answered.
	 * @return the number; any thread
	 */
	public int inFlight() {
		return (int) (load() / ONE);
	}

	/**
	 * The memory that the requests in flight hold.
	 * @return bytes on the wire; any thread
	 */
	public long inFlightBytes() {
		return load() % ONE;
	}

	private long load() {
		// In this order, since nothing is answered before it was taken.
		long answered = this.answeredElsewhere.get();
		return this.taken.get() - answered;
	}

	// What comes

	/**
	 * Take a request that was read.
	 * @param message the request
	 * @param now the time of the read, from {@link System#nanoTime()}
	 */
	public void accept(Message message, long now) {
		Header header = message.header();
		boolean plain = header.isEmpty() || this.connection.capabilities().plain();
		@Nullable Long id = plain ? null : header.integer(HeaderKeys.ID);
		if (id != null && isControl(header, id)) {
			return;
		}
		Route route = this.refusing ? GOING : this.dispatcher.registry().find(header);
		Request request = new Request(message, this, route, id, !plain && header.flag(HeaderKeys.ONEWAY), now,
				now + timeout(header), this.dispatcher.listener());
		this.taken.lazySet(this.taken.get() + ONE + request.size());
		if (id != null) {
			this.numbered.accept(request, id, now);
		}
		else {
			this.ordered.accept(request, now);
		}
	}

	/** What is answered below the handlers. */
	private boolean isControl(Header header, Long id) {
		if (header.flag(HeaderKeys.PING)) {
			this.replies.write(Header.EMPTY, id, ReturnValues.NOTHING);
			return true;
		}
		if (header.flag(HeaderKeys.CANCEL)) {
			this.numbered.cancel(id);
			return true;
		}
		return false;
	}

	private long timeout(Header header) {
		Long ttl = header.isEmpty() ? null : header.integer(HeaderKeys.TTL);
		return (ttl == null) ? this.dispatcher.timeout()
				: Math.min(this.dispatcher.timeout(), TimeUnit.MILLISECONDS.toNanos(Math.max(ttl, 0)));
	}

	/**
	 * All of one read has been accepted, or there is room again: start what can run. The
	 * caller flushes.
	 */
	public void readComplete() {
		this.ordered.drain();
		if (!this.streams.isEmpty() && this.replies.isWritable()) {
			// Not now: what was read, and may cancel a stream, goes before what it fills.
			wakeLater();
		}
		this.numbered.start();
	}

	// What runs

	/** Run a handler that does not block, on the event loop. */
	void run(Request request, long now) {
		if (request.deadline() - now <= 0) {
			request.complete(ErrorReplies.TIMEOUT);
		}
		else if (!request.isDone()) {
			this.running = true;
			try {
				this.dispatcher.invoke(request);
			}
			finally {
				this.running = false;
			}
		}
	}

	/** On a thread of the executor. */
	void runInterruptibly(Request request) {
		if (request.deadline() - System.nanoTime() <= 0) {
			request.complete(ErrorReplies.TIMEOUT);
		}
		else if (request.begin()) {
			try {
				this.dispatcher.invoke(request);
			}
			finally {
				request.end();
			}
		}
	}

	/** Event loop only. */
	void execute(Runnable work) {
		this.handOff.execute(new HandOff.Watched(this.handOff, work));
	}

	// What is answered

	/** Any thread, once for each request. */
	void completed(Request request, Header header, TNetstring body) {
		try {
			Long id = request.id();
			if (this.replies.isTooBig(header, id, body)) {
				header = ErrorReplies.TOO_BIG.header();
				body = ErrorReplies.TOO_BIG.body();
			}
			if (id != null) {
				this.numbered.answered(request, id);
			}
			if (!request.isOneway()) {
				if (id != null) {
					this.replies.write(header, id, body);
				}
				else {
					this.replies.write(header, body);
				}
			}
		}
		catch (Throwable ex) {
			this.replies.fail(ex);
		}
		ended(request, (this.tally != null) ? Outcome.of(header) : Outcome.SUCCESS);
		if (request.isDetached()) {
			wake();
		}
	}

	/** Any thread. */
	void completedInPart(Request request, long id, Header header, TNetstring body) {
		Header part = header.isEmpty() ? MORE : header.with(HeaderKeys.MORE, true);
		if (this.replies.isTooBig(part, request.id(), body)) {
			request.giveUp(ErrorReplies.TOO_BIG, ErrorReplies.TOO_BIG);
			return;
		}
		this.replies.write(part, id, body);
		if (mayGoOn(request)) {
			extend(request);
		}
		wake();
	}

	/** Any thread, once for each request that is not completed. */
	void abandoned(Request request) {
		ended(request, Outcome.ABANDONED);
	}

	private void ended(Request request, Outcome outcome) {
		request.answered();
		if (this.loop.inEventLoop()) {
			this.taken.lazySet(this.taken.get() - ONE - request.size());
		}
		else {
			this.answeredElsewhere.addAndGet(ONE + request.size());
		}
		if (this.tally != null) {
			this.tally.add(request.target(), outcome, request.receivedAt());
		}
	}

	/**
	 * What was answered until now is with the socket.
	 */
	public void flushed() {
		if (this.tally != null) {
			this.tally.flush();
		}
	}

	// What takes too long, or is not wanted any more

	/**
	 * Answer the requests whose time is over. One that has its turn after others waits
	 * for their replies also with this one.
	 * @param now the time, from {@link System#nanoTime()}
	 * @return the nanoseconds until there may be another one to answer, or
	 * {@link Long#MAX_VALUE}
	 */
	public long expire(long now) {
		long next = Math.min(this.numbered.expire(now), this.ordered.expire(now));
		feed();
		return next;
	}

	long expire(Request request, long now) {
		long left = this.givenUp ? 0 : request.deadline() - now;
		if (left <= 0 && !this.givenUp && request.isHeldUpByPeer() && mayGoOn(request)) {
			extend(request);
		}
		else if (left <= 0 && !request.isDone()) {
			request.giveUp(ErrorReplies.TIMEOUT, this.givenUp ? ErrorReplies.GOING : ErrorReplies.TIMEOUT);
		}
		return request.isAnswered() ? Long.MAX_VALUE : Math.max(left, SOON);
	}

	/** Whether a stream may take as long as it goes on: the caller has set no end. */
	private static boolean mayGoOn(Request request) {
		return !request.header().has(HeaderKeys.TTL);
	}

	/** A stream has all of the time again for its next part. */
	private void extend(Request request) {
		request.deadline(System.nanoTime() + this.dispatcher.timeout());
	}

	/**
	 * Run no request that is accepted from now on: each is answered in its turn that this
	 * side is going.
	 */
	public void refuse() {
		this.refusing = true;
	}

	/**
	 * Answer every request, as if the time of those that were begun were over, and
	 * without running the others.
	 */
	public void giveUp() {
		this.givenUp = true;
		expire(System.nanoTime());
	}

	/** Any thread. */
	boolean isGivenUp() {
		return this.givenUp;
	}

	/**
	 * The connection is gone: nobody waits for the replies.
	 */
	public void close() {
		this.ordered.close();
		this.numbered.close();
		this.streams.close();
		flushed();
	}

	// What goes on later

	/** Any thread. */
	void awaitRoom(StreamReply stream) {
		this.streams.add(stream);
		wake();
	}

	/** Event loop only. */
	void awaitThread(StreamReply stream) {
		this.loop.schedule(() -> awaitRoom(stream), RETRY_MILLIS, TimeUnit.MILLISECONDS);
	}

	private void feed() {
		if (!this.streams.isEmpty()) {
			boolean running = this.running;
			this.running = true;
			try {
				if (this.streams.feed()) {
					wakeLater();
				}
			}
			finally {
				this.running = running;
			}
		}
	}

	/** Go on, unless that happens anyway; any thread. */
	void wake() {
		if (!this.loop.inEventLoop() || !this.running) {
			wakeLater();
		}
	}

	private void wakeLater() {
		if (this.woken.compareAndSet(false, true)) {
			try {
				this.loop.execute(this.wakeUp);
			}
			catch (RejectedExecutionException ex) {
				// The event loop has ended, and the connection with it.
			}
		}
	}

	private void wakenUp() {
		this.woken.set(false);
		advance();
	}

	void advance() {
		this.ordered.drain();
		this.replies.flush();
		this.progress.run();
		feed();
		this.replies.flush();
	}

}
