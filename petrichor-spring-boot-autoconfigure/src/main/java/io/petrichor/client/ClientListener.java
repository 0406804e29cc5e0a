package io.petrichor.client;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.petrichor.handler.Outcome;
import io.petrichor.protocol.TrafficListener;

/**
 * Is told what happens to a client. Called on its event loop, where nothing else is said,
 * so it must neither block nor throw.
 *
 * @since 0.1.0
 * @see PetrichorClient.Builder#clientListener(java.util.function.Function)
 */
public interface ClientListener extends TrafficListener {

	/** Listens to nothing. */
	ClientListener NONE = new ClientListener() {
	};

	/**
	 * Calls of one route ended in one way. Told for all of a batch at once where they
	 * ended together; any thread.
	 * @param route the route as the application wrote it, its variables not filled in;
	 * empty for none
	 * @param outcome how they ended: as the server said, {@link Outcome#TIMEOUT},
	 * {@link Outcome#TOO_BIG} for the server, {@link Outcome#CANCELLED} by the caller,
	 * {@link Outcome#DENIED} if the server does not let this client in,
	 * {@link Outcome#ABANDONED} if there was no connection or it was lost
	 * @param calls how many
	 * @param nanos the sum of their times, each from when it was made, in nanoseconds
	 * @param longest the longest of these
	 */
	default void callsEnded(String route, Outcome outcome, int calls, long nanos, long longest) {
	}

	/**
	 * A call will be sent again, since the server has not executed it.
	 */
	default void callResent() {
	}

	/**
	 * There is a connection, TLS included. The server has yet to let the client in.
	 */
	default void connectionOpened() {
	}

	/**
	 * A connection that was opened is gone.
	 * @param reason why
	 */
	default void connectionClosed(DisconnectReason reason) {
	}

	/**
	 * No connection came about: an address, or all of them, could not be reached.
	 */
	default void connectFailed() {
	}

	/**
	 * The server has let the client in, or never will on this connection.
	 * @param failure why not, or null if it has
	 * @param nanos from the begin of the connect, in nanoseconds
	 */
	default void handshakeEnded(@Nullable DisconnectReason failure, long nanos) {
	}

	/**
	 * The client is connected again, after it had lost its connection.
	 */
	default void reconnected() {
	}

	/**
	 * Several listeners as one.
	 * @param listeners the listeners, called in this order
	 * @return a listener, {@link #NONE} if there are none
	 */
	static ClientListener of(List<ClientListener> listeners) {
		return switch (listeners.size()) {
			case 0 -> NONE;
			case 1 -> listeners.get(0);
			default -> new ClientListeners(listeners);
		};
	}

}
