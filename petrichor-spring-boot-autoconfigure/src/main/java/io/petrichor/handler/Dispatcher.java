package io.petrichor.handler;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.netty.util.concurrent.EventExecutor;

/**
 * Brings requests to their handlers and what these return to the peer. One for all
 * connections; each has a lane of its own.
 *
 * @since 0.1.0
 */
public final class Dispatcher {

	private static final int LARGEST_LIST = 1024 * 1024;

	private final HandlerRegistry registry;

	private final PetrichorHandlerExecutor executor;

	private final Map<EventExecutor, HandOff> handOffs = new ConcurrentHashMap<>();

	private final long timeout;

	private final RequestListener listener;

	private final Bodies bodies;

	private final ReturnValues returnValues;

	/**
	 * Create a dispatcher that knows no objects of the application as bodies.
	 * @param registry the routes
	 * @param executor where handlers run that may block; what it rejects is answered
	 * {@code busy}
	 * @param timeout how long a request may take, from when it was read to its reply
	 * @param listener told of all requests
	 */
	public Dispatcher(HandlerRegistry registry, PetrichorHandlerExecutor executor, Duration timeout,
			RequestListener listener) {
		this(registry, executor, timeout, listener, new Bodies(), LARGEST_LIST);
	}

	/**
	 * Create a dispatcher.
	 * @param registry the routes
	 * @param executor where handlers run that may block; what it rejects is answered
	 * {@code busy}
	 * @param timeout how long a request may take, from when it was read to its reply, or
	 * to the next part of it
	 * @param listener told of all requests
	 * @param bodies writes what handlers return
	 * @param maxList the most bytes of a stream that becomes one list, for a peer that
	 * takes no streams
	 */
	public Dispatcher(HandlerRegistry registry, PetrichorHandlerExecutor executor, Duration timeout,
			RequestListener listener, Bodies bodies, int maxList) {
		this.registry = registry;
		this.executor = executor;
		this.timeout = timeout.toNanos();
		this.listener = listener;
		this.bodies = bodies;
		this.returnValues = new ReturnValues(registry, bodies, maxList);
	}

	/**
	 * The routes.
	 * @return the registry
	 */
	public HandlerRegistry registry() {
		return this.registry;
	}

	/**
	 * The lane for the requests of a connection.
	 * @param connection the connection as handlers see it
	 * @param loop the thread that reads the connection
	 * @param replies where its replies go
	 * @param progress run on the event loop when a request that had to wait has ended and
	 * there is room for others
	 * @return the lane
	 */
	public RequestLane lane(PetrichorConnection connection, EventExecutor loop, Replies replies, Runnable progress) {
		HandOff handOff = this.handOffs.computeIfAbsent(loop, this::handOff);
		return new RequestLane(this, connection, loop, handOff, replies, progress);
	}

	private HandOff handOff(EventExecutor loop) {
		loop.terminationFuture().addListener((ended) -> this.handOffs.remove(loop));
		return new HandOff(loop, this.executor);
	}

	/**
	 * Where handlers run that may block.
	 * @return the executor
	 */
	public PetrichorHandlerExecutor executor() {
		return this.executor;
	}

	/**
	 * What reads and writes bodies.
	 * @return the bodies
	 */
	public Bodies bodies() {
		return this.bodies;
	}

	/**
	 * How long a request may take that says nothing about it.
	 * @return nanoseconds
	 */
	public long timeout() {
		return this.timeout;
	}

	RequestListener listener() {
		return this.listener;
	}

	/**
	 * Run the handler on this thread. Whatever it throws becomes a reply: errors too,
	 * which Reactor would lose.
	 */
	void invoke(Request request) {
		RequestObservation observation = request.observation();
		if (observation == null) {
			call(request);
			return;
		}
		RequestObservation.Scope scope = observation.open();
		try {
			call(request);
		}
		finally {
			scope.close();
		}
	}

	private void call(Request request) {
		try {
			this.returnValues.reply(request, request.target().handler().handle(request));
		}
		catch (Throwable ex) {
			this.returnValues.fail(request, ex);
		}
	}

}
