package io.petrichor.server;

/**
 * Why a connection that was accepted is gone. What came first counts.
 *
 * @since 0.1.0
 */
public enum CloseReason {

	/** The peer ended it. */
	PEER,

	/** The peer was denied. */
	DENIED,

	/** There was no decision on the peer in time. */
	HANDSHAKE_TIMEOUT,

	/** The peer broke the protocol. */
	PROTOCOL_ERROR,

	/** A pair began and did not end in time. */
	MESSAGE_TIMEOUT,

	/** The time was over for which the peer had been let in. */
	EXPIRED,

	/** Nothing came for too long while nothing was in flight. */
	IDLE,

	/** The peer did not read what was sent to it. */
	SLOW_CONSUMER,

	/** All connections together held more memory than they may. */
	MEMORY,

	/** The application or an operator closed it. */
	LOCAL,

	/** The server stopped. */
	SHUTDOWN,

	/** The socket failed, or TLS did. */
	ERROR

}
