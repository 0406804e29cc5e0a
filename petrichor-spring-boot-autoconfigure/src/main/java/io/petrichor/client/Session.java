package io.petrichor.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

import io.petrichor.client.PetrichorClient.State;
import io.petrichor.handler.Outcome;

/**
 * What a client is from its first call to its close, over all its connections: the calls
 * that wait for one, the state, and when to connect again. It lives on one event loop,
 * and so do its connections, so it needs no locks; one timer serves every deadline.
 */
final class Session {

	/** Deadlines are kept to this. */
	private static final long GRANULARITY = TimeUnit.MILLISECONDS.toNanos(5);

	private static final int MAX_REFUSALS = 3;

	private static final long FIRST_RESEND = TimeUnit.MILLISECONDS.toNanos(50);

	private final ClientSettings settings;

	private final EventLoop loop;

	private final Connector connector;

	private final States states;

	private ClientListener listener = ClientListener.NONE;

	private @Nullable CallTally tally;

	private final Inbox inbox = new Inbox();

	private final Runnable drain = this::drain;

	/** Calls that are not sent, in order; some of them ended meanwhile. */
	private final ArrayDeque<Call> waiting = new ArrayDeque<>();

	/** Calls that the server was too busy for, until it is their time. */
	private final Set<Call> delayed = new HashSet<>();

	private @Nullable ClientConnection connection;

	private final Set<ClientConnection> leaving = new HashSet<>();

	private final List<CompletableFuture<@Nullable Void>> connects = new ArrayList<>();

	private State state = State.IDLE;

	private @Nullable PetrichorClientException trouble;

	private int failures;

	private boolean connectedBefore;

	private volatile int inFlight;

	private volatile int waitingCount;

	private long disconnectedSince = System.nanoTime();

	private @Nullable ScheduledFuture<?> timer;

	private long timerAt;

	Session(ClientSettings settings, EventLoop loop, States states) {
		this.settings = settings;
		this.loop = loop;
		this.states = states;
		this.connector = new Connector(this, settings, loop);
	}

	/** Before the first call. */
	void listener(ClientListener listener) {
		this.listener = listener;
		this.tally = (listener != ClientListener.NONE) ? new CallTally(listener) : null;
	}

	ClientListener listener() {
		return this.listener;
	}

	// From any thread

	void submit(Call call, ClientRequest request) {
		call.submitted(this, request);
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
				pump();
			}
		});
	}

	/** Done when there is a connection; fails with the first round that fails. */
	CompletableFuture<@Nullable Void> connect() {
		CompletableFuture<@Nullable Void> connected = new CompletableFuture<>();
		execute(() -> {
			if (this.connection != null) {
				connected.complete(null);
			}
			else if (this.trouble != null && isOver()) {
				connected.completeExceptionally(this.trouble);
			}
			else {
				this.connects.add(connected);
				connectIfIdle();
			}
		});
		return connected;
	}

	void execute(Runnable work) {
		try {
			this.loop.execute(work);
		}
		catch (RejectedExecutionException ex) {
			// The event loop has ended, and this session with it.
			for (Call call = this.inbox.takeAll(); call != null; call = call.below) {
				call.fail(new PetrichorConnectionException("the client was closed", false, ex));
			}
		}
	}

	/** A call has ended; told with the others that ended with the same read. */
	void callEnded(Call call, String route, Outcome outcome) {
		CallTally tally = this.tally;
		if (tally == null) {
			return;
		}
		if (isOnLoop()) {
			tally.add(route, outcome, call.start());
			if (outcome != Outcome.SUCCESS) {
				tally.flush();
			}
		}
		else {
			long nanos = System.nanoTime() - call.start();
			this.listener.callsEnded(route, outcome, 1, nanos, nanos);
		}
	}

	/** How many calls wait for replies, after the last read. */
	int inFlight() {
		return this.inFlight;
	}

	/** How many calls wait to be sent, after the last read. */
	int waiting() {
		return this.waitingCount;
	}

	boolean isOnLoop() {
		return this.loop.inEventLoop();
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
		pump();
	}

	private void admit(Call call, long now) {
		if (isOver()) {
			call.fail(noConnection());
			return;
		}
		if (this.waiting.size() >= this.settings.maxWaiting()) {
			pump();
			this.waiting.removeIf(Call::isEnded);
		}
		if (this.waiting.size() >= this.settings.maxWaiting()) {
			call.fail(new PetrichorConnectionException(
					this.settings.maxWaiting() + " calls wait to be sent already; this one was not sent", false,
					this.trouble));
			return;
		}
		this.waiting.add(call);
		watch(call.deadline);
		if (this.connection == null) {
			watch(now + this.settings.connectTimeout().toNanos());
			connectIfIdle();
		}
	}

	/** Send what there is room for. */
	private void pump() {
		ClientConnection connection = this.connection;
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
			Call call = this.waiting.remove();
			if (!call.isEnded()) {
				connection.send(call, now);
			}
		}
		connection.flush();
	}

	/** The figures that others may ask for, and what ended. */
	private void tell() {
		int inFlight = (this.connection != null) ? this.connection.inFlight() : 0;
		for (ClientConnection connection : this.leaving) {
			inFlight += connection.inFlight();
		}
		if (this.inFlight != inFlight) {
			this.inFlight = inFlight;
		}
		int waiting = this.waiting.size() + this.delayed.size();
		if (this.waitingCount != waiting) {
			this.waitingCount = waiting;
		}
		if (this.tally != null) {
			this.tally.flush();
		}
	}

	/** There may be room. */
	void progress() {
		pump();
	}

	/**
	 * The server promises that it did not execute the call: send it again, if that is not
	 * the third time and there is time left.
	 */
	boolean resend(Call call, @Nullable Duration retry) {
		long now = System.nanoTime();
		long bound = FIRST_RESEND << call.refusals;
		long delay = ((retry != null) ? retry.toNanos() : 0) + ThreadLocalRandom.current().nextLong(bound);
		if (call.isEnded() || isOver() || call.refusals == MAX_REFUSALS || now + delay - call.deadline >= 0) {
			return false;
		}
		call.refusals++;
		this.listener.callResent();
		this.delayed.add(call);
		this.loop.schedule(() -> {
			if (this.delayed.remove(call) && !call.isEnded()) {
				admit(call, System.nanoTime());
				pump();
			}
		}, delay, TimeUnit.NANOSECONDS);
		return true;
	}

	// Connections

	private void connectIfIdle() {
		if (this.state == State.IDLE) {
			connectNow();
		}
	}

	private void connectNow() {
		this.disconnectedSince = (this.state == State.IDLE) ? System.nanoTime() : this.disconnectedSince;
		changed(State.CONNECTING, null);
		this.connector.connect();
	}

	boolean isConnecting() {
		return this.state == State.CONNECTING;
	}

	/** A server has let the client in. */
	void opened(ClientConnection connection) {
		this.connector.succeeded();
		this.connection = connection;
		if (this.connectedBefore) {
			this.listener.reconnected();
		}
		this.connectedBefore = true;
		this.trouble = null;
		changed(State.CONNECTED, null);
		this.connects.forEach((connected) -> connected.complete(null));
		this.connects.clear();
		pump();
	}

	/** The server takes no more calls on this connection. */
	void leaving(ClientConnection connection, @Nullable Duration retry) {
		this.leaving.add(connection);
		if (this.connection == connection) {
			lost(new PetrichorConnectionException("the server is going", false, null), retry);
		}
	}

	/** A connection is closed, and its calls have ended. */
	void ended(ClientConnection connection, PetrichorClientException cause) {
		if (this.connector.isTrying(connection)) {
			this.connector.failed(cause);
		}
		else if (this.connection == connection) {
			lost(cause, null);
		}
		else {
			this.leaving.remove(connection);
		}
		tell();
	}

	private void lost(PetrichorClientException cause, @Nullable Duration retry) {
		ClientConnection connection = this.connection;
		this.connection = null;
		this.disconnectedSince = System.nanoTime();
		if (isOver()) {
			return;
		}
		if (connection != null && connection.isProven()) {
			this.failures = 0;
		}
		this.trouble = cause;
		if (!this.waiting.isEmpty()) {
			watch(this.disconnectedSince + this.settings.connectTimeout().toNanos());
		}
		if (this.settings.reconnect() != null) {
			// What one server asks for is not for the others.
			connectLater(this.settings.reconnect(), cause, (this.settings.addresses().size() == 1) ? retry : null);
		}
		else {
			changed(State.IDLE, cause);
			if (!this.waiting.isEmpty()) {
				connectNow();
			}
		}
	}

	/** No address could be connected to, or the server has denied. */
	void unreachable(PetrichorClientException cause) {
		if (this.state != State.CONNECTING) {
			return;
		}
		this.trouble = cause;
		List<CompletableFuture<@Nullable Void>> connected = List.copyOf(this.connects);
		this.connects.clear();
		PetrichorDeniedException denial = (cause instanceof PetrichorDeniedException denied) ? denied : null;
		if (denial != null && denial.retry() == null) {
			changed(State.DENIED, cause);
			failAll();
		}
		else if (this.settings.reconnect() != null) {
			connectLater(this.settings.reconnect(), cause, (denial != null) ? denial.retry() : null);
		}
		else {
			changed(State.IDLE, cause);
			failAll();
		}
		connected.forEach((each) -> each.completeExceptionally(cause));
	}

	private void connectLater(Backoff backoff, PetrichorClientException cause, @Nullable Duration retry) {
		changed(State.WAITING, cause);
		long delay = backoff.delay(this.failures++) + ((retry != null) ? retry.toNanos() : 0);
		this.loop.schedule(() -> {
			if (this.state == State.WAITING) {
				connectNow();
			}
		}, delay, TimeUnit.NANOSECONDS);
	}

	private void failAll() {
		ArrayDeque<Call> failed = new ArrayDeque<>(this.waiting);
		failed.addAll(this.delayed);
		this.waiting.clear();
		this.delayed.clear();
		failed.forEach((call) -> call.fail(noConnection()));
		tell();
	}

	private PetrichorClientException noConnection() {
		PetrichorClientException trouble = this.trouble;
		if (trouble instanceof PetrichorDeniedException denied) {
			return new PetrichorDeniedException(denied.reason(), denied.retry(), denied);
		}
		return new PetrichorConnectionException((trouble != null) ? "no connection: " + trouble.getMessage()
				: "no connection within " + this.settings.connectTimeout().toMillis() + " ms", false, trouble);
	}

	// Deadlines

	/** Look after deadlines at this time, from {@link System#nanoTime()}, or sooner. */
	void watch(long at) {
		if (this.timer != null) {
			if (this.timerAt - at <= 0) {
				return;
			}
			this.timer.cancel(false);
		}
		this.timerAt = at;
		this.timer = this.loop.schedule(this::expire, Math.max(at - System.nanoTime(), 0), TimeUnit.NANOSECONDS);
	}

	private void expire() {
		this.timer = null;
		long now = System.nanoTime();
		long next = expireWaiting(now);
		if (this.connection != null) {
			next = Math.min(next, this.connection.expire(now));
		}
		for (ClientConnection connection : List.copyOf(this.leaving)) {
			next = Math.min(next, connection.expire(now));
		}
		pump();
		if (next != Long.MAX_VALUE) {
			watch(now + Math.max(next, GRANULARITY));
		}
	}

	private long expireWaiting(long now) {
		long next = Long.MAX_VALUE;
		long connectTimeout = this.settings.connectTimeout().toNanos();
		this.waiting.removeIf(Call::isEnded);
		for (Call call : List.copyOf(this.waiting)) {
			long left = call.deadline - now;
			if (this.connection == null) {
				long since = (call.start() - this.disconnectedSince > 0) ? call.start() : this.disconnectedSince;
				left = Math.min(left, since + connectTimeout - now);
			}
			if (left > 0) {
				next = Math.min(next, left);
			}
			else if (call.deadline - now <= 0) {
				call.fail(new PetrichorTimeoutException(call.timeout(), false));
			}
			else {
				call.fail(noConnection());
			}
		}
		this.waiting.removeIf(Call::isEnded);
		return next;
	}

	// The end

	private boolean isOver() {
		return this.state == State.CLOSED || this.state == State.DENIED;
	}

	private void changed(State state, @Nullable Throwable cause) {
		this.state = state;
		this.states.changed(state, this.connection, cause);
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
		execute(() -> {
			List<CompletableFuture<@Nullable Void>> sockets = closeNow();
			CompletableFuture.allOf(sockets.toArray(CompletableFuture[]::new))
				.whenComplete((done, failure) -> closed.complete(null));
		});
		return closed;
	}

	private List<CompletableFuture<@Nullable Void>> closeNow() {
		List<CompletableFuture<@Nullable Void>> sockets = new ArrayList<>();
		if (this.state != State.CLOSED) {
			PetrichorClientException closed = new PetrichorConnectionException("the client was closed", false, null);
			this.trouble = closed;
			Set<ClientConnection> connections = new HashSet<>(this.leaving);
			if (this.connection != null) {
				connections.add(this.connection);
			}
			this.connection = null;
			changed(State.CLOSED, null);
			this.connects.forEach((connected) -> connected.completeExceptionally(closed));
			this.connects.clear();
			failAll();
			if (this.timer != null) {
				this.timer.cancel(false);
			}
			connections.forEach((connection) -> sockets.add(connection.finish()));
			sockets.add(this.connector.close());
		}
		return sockets;
	}

}
