package io.petrichor.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

import io.petrichor.client.PetrichorClient.State;

/**
 * How a client is connected: its state, the connection that takes calls and those that
 * are leaving, and when to connect again. Event loop only.
 */
final class Link {

	private final ClientSettings settings;

	private final EventLoop loop;

	private final Connector connector;

	private final States states;

	private final WaitingCalls waiting;

	private final DeadlineTimer timer;

	private @Nullable ClientConnection connection;

	private final Set<ClientConnection> leaving = new HashSet<>();

	private final List<CompletableFuture<@Nullable Void>> connects = new ArrayList<>();

	private State state = State.IDLE;

	private @Nullable PetrichorClientException trouble;

	private int failures;

	private boolean connectedBefore;

	private long disconnectedSince = System.nanoTime();

	Link(ClientSettings settings, EventLoop loop, Connector connector, States states, WaitingCalls waiting,
			DeadlineTimer timer) {
		this.settings = settings;
		this.loop = loop;
		this.connector = connector;
		this.states = states;
		this.waiting = waiting;
		this.timer = timer;
	}

	/** The connection that takes calls, if there is one. */
	@Nullable ClientConnection connection() {
		return this.connection;
	}

	/** How many calls wait for replies. */
	int inFlight() {
		int inFlight = (this.connection != null) ? this.connection.inFlight() : 0;
		for (ClientConnection connection : this.leaving) {
			inFlight += connection.inFlight();
		}
		return inFlight;
	}

	/** Why it does not go on, or did not last, if that is so. */
	@Nullable PetrichorClientException trouble() {
		return this.trouble;
	}

	/** What to tell a call that waited for a connection, each with a stack of its own. */
	PetrichorClientException noConnection() {
		PetrichorClientException trouble = this.trouble;
		if (trouble instanceof PetrichorDeniedException denied) {
			return new PetrichorDeniedException(denied.reason(), denied.retry(), denied);
		}
		return new PetrichorConnectionException((trouble != null) ? "no connection: " + trouble.getMessage()
				: "no connection within " + this.settings.connectTimeout().toMillis() + " ms", false, trouble);
	}

	/** Whether there will never be a connection again. */
	boolean isOver() {
		return this.state == State.CLOSED || this.state == State.DENIED;
	}

	private void changed(State state, @Nullable Throwable cause) {
		this.state = state;
		this.states.changed(state, (this.connection != null) ? this.connection.server() : null, cause);
	}

	// Up

	/** Completed when there is a connection; fails with the first round that fails. */
	void connect(CompletableFuture<@Nullable Void> connected) {
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
	}

	void connectIfIdle() {
		if (this.state == State.IDLE) {
			connectNow();
		}
	}

	private void connectNow() {
		this.disconnectedSince = (this.state == State.IDLE) ? System.nanoTime() : this.disconnectedSince;
		changed(State.CONNECTING, null);
		this.connector.connect();
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

	boolean isConnecting() {
		return this.state == State.CONNECTING;
	}

	/** Whether there ever was a connection. */
	boolean wasConnected() {
		return this.connectedBefore;
	}

	/** A server has let the client in. */
	void opened(ClientConnection connection) {
		this.connector.succeeded();
		this.connection = connection;
		this.connectedBefore = true;
		this.trouble = null;
		changed(State.CONNECTED, null);
		this.connects.forEach((connected) -> connected.complete(null));
		this.connects.clear();
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
			this.waiting.fail(this::noConnection);
		}
		else if (this.settings.reconnect() != null) {
			connectLater(this.settings.reconnect(), cause, (denial != null) ? denial.retry() : null);
		}
		else {
			changed(State.IDLE, cause);
			this.waiting.fail(this::noConnection);
		}
		connected.forEach((each) -> each.completeExceptionally(cause));
	}

	// Down

	/** The server takes no more calls on this connection. */
	void leaving(ClientConnection connection, @Nullable Duration retry) {
		this.leaving.add(connection);
		if (this.connection == connection) {
			lost(new PetrichorConnectionException("the server is going", false, null), retry);
		}
	}

	/** A connection is closed, and its calls have ended. */
	void ended(ClientConnection connection, PetrichorClientException cause) {
		if (this.connection == connection) {
			lost(cause, null);
		}
		else {
			this.leaving.remove(connection);
		}
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
			this.timer.watch(this.disconnectedSince + this.settings.connectTimeout().toNanos());
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

	/** How long a call may still wait for a connection, in nanoseconds from now. */
	long patience(Call call, long now) {
		if (this.connection != null) {
			return Long.MAX_VALUE;
		}
		long since = (call.start() - this.disconnectedSince > 0) ? call.start() : this.disconnectedSince;
		return since + this.settings.connectTimeout().toNanos() - now;
	}

	/**
	 * End what has taken too long on connections; see {@link ClientConnection#expire}.
	 */
	long expire(long now) {
		long next = (this.connection != null) ? this.connection.expire(now) : Long.MAX_VALUE;
		for (ClientConnection connection : List.copyOf(this.leaving)) {
			next = Math.min(next, connection.expire(now));
		}
		return next;
	}

	/**
	 * End all calls and close all connections.
	 * @return done when the sockets are closed
	 */
	List<CompletableFuture<@Nullable Void>> close() {
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
			this.waiting.fail(this::noConnection);
			this.timer.cancel();
			connections.forEach((connection) -> sockets.add(connection.finish()));
			sockets.add(this.connector.close());
		}
		return sockets;
	}

}
