package io.petrichor.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

import io.petrichor.handler.Outcome;

/**
 * What a client is from its first call to its close, over all its connections: takes
 * calls, and sends them when there is a connection with room. It lives on one event loop,
 * and so do its connections, so it needs no locks.
 */
final class Session {

	private final ClientSettings settings;

	private final EventLoop loop;

	private final DeadlineTimer timer;

	private final Inbox inbox = new Inbox();

	private final Runnable drain = this::drain;

	private final WaitingCalls waiting;

	private final Link link;

	private ClientListener listener = ClientListener.NONE;

	private @Nullable CallTally tally;

	private volatile int inFlight;

	Session(ClientSettings settings, EventLoop loop, States states) {
		this.settings = settings;
		this.loop = loop;
		this.timer = new DeadlineTimer(loop, this::expire);
		this.waiting = new WaitingCalls(settings.maxWaiting(), loop, this::readmit);
		this.link = new Link(settings, loop, new Connector(this, settings, loop, this.timer), states, this.waiting,
				this.timer);
	}

	/** Before the first call. */
	void listener(ClientListener listener) {
		this.listener = listener;
		this.tally = (listener != ClientListener.NONE) ? new CallTally(listener, this.loop) : null;
	}

	ClientListener listener() {
		return this.listener;
	}

	// From any thread

	void submit(Call call, ClientRequest request) {
		call.submitted(this, request);
		submit(call);
	}

	/** Send a call that knows its session, and may have been ended by its caller. */
	void submit(Call call) {
		if (this.inbox.add(call)) {
			execute(this.drain);
		}
	}

	/** The caller has ended the call. */
	void abandon(Call call) {
		execute(() -> {
			ClientConnection connection = call.connection;
			if (connection != null) {
				connection.forget(call);
				progress();
			}
		});
	}

	/** Done when there is a connection; fails with the first round that fails. */
	CompletableFuture<@Nullable Void> connect() {
		CompletableFuture<@Nullable Void> connected = new CompletableFuture<>();
		if (!execute(() -> this.link.connect(connected))) {
			connected.completeExceptionally(closed(null));
		}
		return connected;
	}

	/** Work on the event loop; false if that has ended. */
	boolean execute(Runnable work) {
		try {
			this.loop.execute(work);
			return true;
		}
		catch (RejectedExecutionException ex) {
			// The event loop has ended, and this session with it.
			for (Call call = this.inbox.takeAll(); call != null; call = call.below) {
				call.fail(closed(ex));
			}
			return false;
		}
	}

	private static PetrichorConnectionException closed(@Nullable Throwable cause) {
		return new PetrichorConnectionException("the client was closed", false, cause);
	}

	/** A call has ended; told with the others that ended with the same read. */
	void callEnded(Call call, String route, Outcome outcome) {
		CallTally tally = this.tally;
		if (tally != null) {
			tally.ended(route, outcome, call.start());
		}
	}

	/** How many calls wait for replies, after the last read. */
	int inFlight() {
		return this.inFlight;
	}

	/** How many calls wait to be sent, after the last read. */
	int waiting() {
		return this.waiting.count();
	}

	boolean isOnLoop() {
		return this.loop.inEventLoop();
	}

	/**
	 * End all calls and close all connections.
	 * @return done when the sockets are closed
	 */
	CompletableFuture<@Nullable Void> close() {
		CompletableFuture<@Nullable Void> closed = new CompletableFuture<>();
		if (this.loop.isShuttingDown()) {
			closed.complete(null);
		}
		execute(() -> CompletableFuture.allOf(this.link.close().toArray(CompletableFuture[]::new))
			.whenComplete((done, failure) -> closed.complete(null)));
		return closed;
	}

	// Calls

	private void drain() {
		long now = System.nanoTime();
		Call call = this.inbox.takeAll();
		while (call != null) {
			Call next = call.below;
			call.below = null;
			admit(call, now);
			call = next;
		}
		progress();
	}

	private void admit(Call call, long now) {
		if (this.link.isOver()) {
			call.fail(this.link.noConnection());
			return;
		}
		if (this.waiting.isFull()) {
			progress();
			this.waiting.removeEnded();
		}
		if (this.waiting.isFull()) {
			call.fail(new PetrichorConnectionException(
					this.settings.maxWaiting() + " calls wait to be sent already; this one was not sent", false,
					this.link.trouble()));
			return;
		}
		this.waiting.add(call);
		this.timer.watch(call.deadline);
		if (this.link.connection() == null) {
			this.timer.watch(now + this.settings.connectTimeout().toNanos());
			this.link.connectIfIdle();
		}
	}

	/**
	 * The server promises that it did not execute the call: send it again if possible.
	 */
	boolean resend(Call call, @Nullable Duration retry) {
		boolean resent = !this.link.isOver() && this.waiting.delay(call, retry);
		if (resent) {
			this.listener.callResent();
		}
		return resent;
	}

	private void readmit(Call call) {
		admit(call, System.nanoTime());
		progress();
	}

	/** Send what there is room for. */
	void progress() {
		ClientConnection connection = this.link.connection();
		if (connection != null && !this.waiting.isEmpty()) {
			send(connection);
		}
		tell();
	}

	private void send(ClientConnection connection) {
		long now = System.nanoTime();
		while (!this.waiting.isEmpty()) {
			if (!connection.hasRoom()) {
				connection.flush();
				if (!connection.hasRoom()) {
					return;
				}
			}
			Call call = this.waiting.poll();
			// A flush that makes room comes here again, and may have sent them all.
			if (call != null && !call.isEnded()) {
				connection.send(call, now);
			}
		}
		connection.flush();
	}

	/** The figures that others may ask for, and what ended. */
	private void tell() {
		int inFlight = this.link.inFlight();
		if (this.inFlight != inFlight) {
			this.inFlight = inFlight;
		}
		this.waiting.tell();
		if (this.tally != null) {
			this.tally.flush();
		}
	}

	private long expire(long now) {
		long next = this.waiting.expire(now, (call) -> this.link.patience(call, now), this.link::noConnection);
		next = Math.min(next, this.link.expire(now));
		progress();
		return next;
	}

	// Connections

	boolean isConnecting() {
		return this.link.isConnecting();
	}

	/** A server has let the client in. */
	void opened(ClientConnection connection) {
		if (this.link.wasConnected()) {
			this.listener.reconnected();
		}
		this.link.opened(connection);
		progress();
	}

	/** No address could be connected to, or the server has denied. */
	void unreachable(PetrichorClientException cause) {
		this.link.unreachable(cause);
	}

	/** The server takes no more calls on this connection. */
	void leaving(ClientConnection connection, @Nullable Duration retry) {
		this.link.leaving(connection, retry);
	}

	/** A connection is closed, and its calls have ended. */
	void ended(ClientConnection connection, PetrichorClientException cause) {
		this.link.ended(connection, cause);
		tell();
	}

}
