package io.petrichor.server;

import java.util.List;

import io.petrichor.protocol.TrafficListener;

/**
 * Is told what happens to the connections of a server. Called on event loops, so it must
 * not block.
 *
 * @since 0.1.0
 */
public interface ServerListener extends TrafficListener {

	/** Listens to nothing. */
	ServerListener NONE = new ServerListener() {
	};

	/**
	 * A connection was closed before a byte was read from it.
	 * @param reason why
	 */
	default void connectionRejected(RejectReason reason) {
	}

	/**
	 * A connection was accepted. It has yet to shake hands.
	 */
	default void connectionOpened() {
	}

	/**
	 * A connection that was accepted is gone.
	 * @param reason why
	 */
	default void connectionClosed(CloseReason reason) {
	}

	/**
	 * There is a decision about a peer, or there will never be one.
	 * @param outcome how it ended
	 * @param nanos from the accept of the connection, in nanoseconds
	 */
	default void handshakeEnded(HandshakeOutcome outcome, long nanos) {
	}

	/**
	 * TLS has been set up with a peer, or could not be.
	 * @param success false if it could not
	 * @param nanos from the accept of the connection, in nanoseconds
	 */
	default void tlsHandshakeEnded(boolean success, long nanos) {
	}

	/**
	 * Several listeners as one.
	 * @param listeners the listeners, called in this order
	 * @return a listener, {@link #NONE} if there are none
	 */
	static ServerListener of(List<ServerListener> listeners) {
		return switch (listeners.size()) {
			case 0 -> NONE;
			case 1 -> listeners.get(0);
			default -> new ServerListeners(listeners);
		};
	}

}
