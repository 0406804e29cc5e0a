package io.petrichor.handler;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.netty.util.concurrent.EventExecutor;
import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

/**
 * The requests of one connection, from when they were read to when their replies are
 * written. Those without an id run one at a time and in order; what one read delivered
 * goes to the handler executor as one batch, and its replies come back as one. Those with
 * an id run in parallel. Methods are for the connection's event loop unless they say
 * otherwise.
 *
 * @since 0.1.0
 */
public final class RequestLane {

	private static final long ONE = 1L << 40;

	/** When to look again at a reply that another thread is writing. */
	private static final long SOON = TimeUnit.MILLISECONDS.toNanos(1);

	/** How long a finished reply may wait for others of its batch that are slow. */
	private static final long PATIENCE_MILLIS = 2;

	/** How long a stream waits for a thread before it asks again. */
	private static final long RETRY_MILLIS = 10;

	/** How often streams are asked for more before others on the event loop go on. */
	private static final int TURNS = 16;

	private final Dispatcher dispatcher;

	private final PetrichorConnection connection;

	private final EventExecutor loop;

	private final Replies replies;

	private final Runnable progress;

	/** Null if nobody listens. */
	private final @Nullable RequestTally tally;

	/** Requests in flight in units of {@link #ONE}, and below them their bytes. */
	private final AtomicLong load = new AtomicLong();

	private final HandOff handOff;

	private final HandOff.Work batchWork;

	private final Runnable wakeUp = this::wakenUp;

	private final AtomicBoolean woken = new AtomicBoolean();

	/** In-order requests whose turn has not come. */
	private final ArrayDeque<Request> waiting = new ArrayDeque<>();

	/** In-order requests that a thread of the executor is running. */
	private final List<Request> batch = new ArrayList<>();

	private int batchRan;

	/** The in-order request that holds up the others until its reply is there. */
	private @Nullable Request current;

	private boolean busy;

	private boolean running;

	private boolean flusherArmed;

	private boolean refusing;

	private volatile boolean givenUp;

	/** Requests with an id that are not answered yet. */
	private final Map<Long, Request> numbered = new ConcurrentHashMap<>(0);

	private final Queue<Request> parallel = new ConcurrentLinkedQueue<>();

	private final Runnable parallelWork = this::runParallel;

	/** Whether a worker has been asked for that has not begun. */
	private final AtomicBoolean standby = new AtomicBoolean();

	/** Streams that wait until the connection has room for more of them. */
	private final Queue<StreamReply> streams = new ConcurrentLinkedQueue<>();

	private boolean feeding;

	RequestLane(Dispatcher dispatcher, PetrichorConnection connection, EventExecutor loop, HandOff handOff,
			Replies replies, Runnable progress) {
		this.dispatcher = dispatcher;
		this.connection = connection;
		this.loop = loop;
		this.handOff = handOff;
		this.batchWork = new HandOff.Work(handOff, this::runBatch, this::endBatch);
		this.replies = replies;
		this.progress = progress;
		RequestListener listener = dispatcher.listener();
		this.tally = (listener != RequestListener.NONE) ? new RequestTally(listener) : null;
	}

	PetrichorConnection connection() {
		return this.connection;
	}

	/**
	 * How many requests were read and are not answered.
	 * @return the number; any thread
	 */
	public int inFlight() {
		return (int) (this.load.get() / ONE);
	}

	/**
	 * The memory that the requests in flight hold.
	 * @return bytes on the wire; any thread
	 */
	public long inFlightBytes() {
		return this.load.get() % ONE;
	}

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
		Route route = this.refusing ? GOING_ROUTE : this.dispatcher.registry().find(header);
		Request request = new Request(message, this, route, id, !plain && header.flag(HeaderKeys.ONEWAY), now,
				now + timeout(header), this.dispatcher.listener());
		this.load.addAndGet(ONE + request.size());
		if (id != null) {
			acceptNumbered(request, id, now);
		}
		else if (!route.blocking() && !this.busy && this.waiting.isEmpty()) {
			runInTurn(request, now);
		}
		else {
			this.waiting.add(request);
		}
	}

	/**
	 * All of one read has been accepted, or there is room again: start what can run. The
	 * caller flushes.
	 */
	public void readComplete() {
		drain();
		if (!this.streams.isEmpty() && this.replies.isWritable()) {
			// Not now: what was read, and may cancel a stream, goes before what it fills.
			wakeLater();
		}
		if (!this.parallel.isEmpty() && !this.replies.isFull() && !submitParallel()) {
			for (Request request; (request = this.parallel.poll()) != null;) {
				request.complete(BUSY);
			}
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

	/**
	 * Answer the requests whose time is over. One that has its turn after others waits
	 * for their replies also with this one.
	 * @param now the time, from {@link System#nanoTime()}
	 * @return the nanoseconds until there may be another one to answer, or
	 * {@link Long#MAX_VALUE}
	 */
	public long expire(long now) {
		long next = Math.min(expireNumbered(now), expireInOrder(now));
		feed();
		return next;
	}

	private long expireNumbered(long now) {
		long next = Long.MAX_VALUE;
		for (Request request : this.numbered.values()) {
			next = Math.min(next, expire(request, now));
		}
		return next;
	}

	/** One that has its turn after others waits for their replies. */
	private long expireInOrder(long now) {
		long next = Long.MAX_VALUE;
		if (this.current != null && !this.current.isAnswered()) {
			next = Math.min(next, expire(this.current, now));
			if (!this.current.isAnswered()) {
				return next;
			}
		}
		for (Request request : this.batch) {
			next = Math.min(next, expire(request, now));
			if (!request.isAnswered()) {
				return next;
			}
		}
		while (!this.waiting.isEmpty()) {
			next = Math.min(next, expire(this.waiting.element(), now));
			if (!this.waiting.element().isAnswered()) {
				return next;
			}
			this.waiting.remove();
		}
		return next;
	}

	private long expire(Request request, long now) {
		long left = this.givenUp ? 0 : request.deadline() - now;
		if (left <= 0 && !this.givenUp && request.isHeldUpByPeer()) {
			extend(request);
		}
		else if (left <= 0 && !request.isDone()) {
			request.giveUp(TIMEOUT, this.givenUp ? GOING : TIMEOUT);
		}
		return request.isAnswered() ? Long.MAX_VALUE : Math.max(left, SOON);
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

	/**
	 * The connection is gone: nobody waits for the replies.
	 */
	public void close() {
		this.waiting.forEach(Request::abandon);
		this.waiting.clear();
		this.batch.forEach(Request::abandon);
		this.numbered.values().forEach(Request::abandon);
		this.numbered.clear();
		if (this.current != null) {
			this.current.abandon();
		}
		this.streams.clear();
		flushed();
	}

	private static final Message BUSY = ErrorReplies.reply(ErrorCode.BUSY, "too much to do; not executed");

	private static final Message GOING = ErrorReplies.reply(ErrorCode.GOING, "this side is going; not executed");

	private static final Route GOING_ROUTE = new Route("UNKNOWN", (request) -> GOING, false);

	private static final Message TOO_BIG = ErrorReplies.reply(ErrorCode.TOO_BIG, "the reply is over the limit");

	private static final Message CANCELLED = ErrorReplies.reply(ErrorCode.CANCELLED, "cancelled");

	private static final Message CONFLICT = ErrorReplies.reply(ErrorCode.CONFLICT,
			"a request with this id is still in flight");

	private static final Message TIMEOUT = ErrorReplies.reply(ErrorCode.TIMEOUT, "the time for this request is over");

	private long timeout(Header header) {
		Long ttl = header.isEmpty() ? null : header.integer(HeaderKeys.TTL);
		return (ttl == null) ? this.dispatcher.timeout()
				: Math.min(this.dispatcher.timeout(), TimeUnit.MILLISECONDS.toNanos(Math.max(ttl, 0)));
	}

	/** What is answered below the handlers. */
	private boolean isControl(Header header, Long id) {
		if (header.flag(HeaderKeys.PING)) {
			this.replies.write(Header.of(HeaderKeys.RE, id), ReturnValues.NOTHING);
			return true;
		}
		if (header.flag(HeaderKeys.CANCEL)) {
			@Nullable Request request = this.numbered.get(id);
			if (request != null) {
				request.complete(CANCELLED);
				request.stopWork();
			}
			return true;
		}
		return false;
	}

	private void acceptNumbered(Request request, Long id, long now) {
		if (this.numbered.putIfAbsent(id, request) != null) {
			request.complete(CONFLICT);
		}
		else if (request.target().blocking()) {
			this.parallel.add(request);
		}
		else {
			run(request, now);
		}
	}

	private void drain() {
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
		run(request, now);
		if (!request.isAnswered()) {
			this.current = request;
			this.busy = true;
		}
	}

	/** Run a handler that does not block, on the event loop. */
	private void run(Request request, long now) {
		if (request.deadline() - now <= 0) {
			request.complete(TIMEOUT);
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

	private void submitBatch() {
		while (!this.waiting.isEmpty() && this.waiting.element().target().blocking()) {
			this.batch.add(this.waiting.remove());
		}
		this.busy = true;
		try {
			this.handOff.submit(this.batchWork);
			if (this.batch.size() > 1) {
				armFlusher();
			}
		}
		catch (RejectedExecutionException ex) {
			this.batch.forEach((request) -> request.complete(BUSY));
			this.batch.clear();
			this.busy = false;
		}
	}

	/** On a thread of the executor. */
	private void runBatch() {
		int index = 0;
		try {
			while (index < this.batch.size()) {
				Request request = this.batch.get(index++);
				runInterruptibly(request);
				if (!request.isAnswered() || this.givenUp || this.replies.isFull()) {
					break;
				}
			}
		}
		finally {
			this.batchRan = index;
		}
	}

	private void endBatch() {
		for (int i = this.batch.size() - 1; i >= this.batchRan; i--) {
			this.waiting.addFirst(this.batch.get(i));
		}
		Request last = this.batch.get(this.batchRan - 1);
		this.batch.clear();
		this.current = last.isAnswered() ? null : last;
		this.busy = this.current != null;
		advance();
	}

	/** On a thread of the executor. */
	private void runInterruptibly(Request request) {
		if (request.deadline() - System.nanoTime() <= 0) {
			request.complete(TIMEOUT);
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

	/**
	 * Each worker that finds more than it takes asks for one other before it begins: a
	 * quick handler is served by one thread, slow ones get as many as they need.
	 */
	private boolean submitParallel() {
		if (this.standby.compareAndSet(false, true)) {
			try {
				this.dispatcher.executor().execute(this.parallelWork);
			}
			catch (RejectedExecutionException ex) {
				this.standby.set(false);
				return false;
			}
		}
		return true;
	}

	/** On a thread of the executor. */
	private void runParallel() {
		this.standby.set(false);
		for (Request request; !this.replies.isFull() && (request = this.parallel.poll()) != null;) {
			if (!this.parallel.isEmpty()) {
				submitParallel();
			}
			runInterruptibly(request);
			wake();
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

	/** Any thread, once for each request. */
	void completed(Request request, Header header, TNetstring body) {
		try {
			if (body.size() > this.replies.maxBodySize()) {
				header = TOO_BIG.header();
				body = TOO_BIG.body();
			}
			Long id = request.id();
			if (id != null) {
				this.numbered.remove(id, request);
			}
			if (!request.isOneway()) {
				this.replies.write((id == null) ? header : header.with(HeaderKeys.RE, id), body);
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
	void completedInPart(Request request, Header header, TNetstring body) {
		this.replies.write(header.with(HeaderKeys.RE, request.id()).with(HeaderKeys.MORE, true), body);
		extend(request);
		wake();
	}

	/** A stream has all of the time again for its next part, if the caller set no end. */
	private void extend(Request request) {
		if (!request.header().has(HeaderKeys.TTL)) {
			request.deadline(System.nanoTime() + this.dispatcher.timeout());
		}
	}

	/** Any thread. */
	void awaitRoom(StreamReply stream) {
		this.streams.add(stream);
		wake();
	}

	/** Event loop only. */
	void awaitThread(StreamReply stream) {
		this.loop.schedule(() -> awaitRoom(stream), RETRY_MILLIS, TimeUnit.MILLISECONDS);
	}

	void execute(Runnable work) {
		this.dispatcher.executor().execute(work);
	}

	/** Ask streams for more as long as there is room for what they bring. */
	private void feed() {
		if (this.feeding || this.streams.isEmpty()) {
			return;
		}
		this.feeding = true;
		boolean running = this.running;
		this.running = true;
		for (int turns = 0; !this.streams.isEmpty() && hasRoom(); turns++) {
			if (turns == TURNS) {
				wakeLater();
				break;
			}
			this.streams.remove().pull();
		}
		this.running = running;
		this.feeding = false;
	}

	private boolean hasRoom() {
		if (!this.replies.isWritable()) {
			this.replies.flush();
		}
		return this.replies.isWritable();
	}

	/** Any thread, once for each request that is not completed. */
	void abandoned(Request request) {
		ended(request, Outcome.ABANDONED);
	}

	private void ended(Request request, Outcome outcome) {
		request.answered();
		this.load.addAndGet(-ONE - request.size());
		if (this.tally != null) {
			this.tally.add(request.target(), outcome, request.receivedAt());
		}
	}

	private void wake() {
		if (this.loop.inEventLoop() && this.running) {
			return;
		}
		wakeLater();
	}

	private void wakeLater() {
		if (this.woken.compareAndSet(false, true)) {
			onLoop(this.wakeUp);
		}
	}

	private void wakenUp() {
		this.woken.set(false);
		advance();
	}

	private void advance() {
		drain();
		this.replies.flush();
		this.progress.run();
		feed();
		this.replies.flush();
	}

	private void onLoop(Runnable work) {
		try {
			this.loop.execute(work);
		}
		catch (RejectedExecutionException ex) {
			// The event loop has ended, and the connection with it.
		}
	}

}
