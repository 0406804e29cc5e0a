package io.petrichor.server;

/**
 * How a handshake ended.
 *
 * @since 0.1.0
 */
public enum HandshakeOutcome {

	/** The peer was let in. */
	ALLOWED,

	/** The authenticator did not let the peer in. */
	DENIED,

	/**
	 * The peer sent no handshake, or left before the end; or the authenticator failed.
	 */
	ERROR,

	/** There was no decision in time. */
	TIMEOUT

}
