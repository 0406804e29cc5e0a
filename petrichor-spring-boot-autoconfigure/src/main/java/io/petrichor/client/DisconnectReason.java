package io.petrichor.client;

/**
 * Why a connection of a client is gone. What came first counts.
 *
 * @since 0.1.0
 */
public enum DisconnectReason {

	/** The server ended it. */
	SERVER,

	/** The server had said goodbye, and the last call was answered. */
	GOING,

	/** The server did not let the client in. */
	DENIED,

	/** The server did not answer the identity in time. */
	HANDSHAKE_TIMEOUT,

	/** The server broke the protocol. */
	PROTOCOL_ERROR,

	/** A pair of the server began and did not end in time. */
	MESSAGE_TIMEOUT,

	/** Nothing came for too long while calls waited for replies. */
	SILENT,

	/** The server did not read the answers to what it asked. */
	SLOW_CONSUMER,

	/** The application closed it. */
	LOCAL,

	/** The socket failed. */
	ERROR

}
