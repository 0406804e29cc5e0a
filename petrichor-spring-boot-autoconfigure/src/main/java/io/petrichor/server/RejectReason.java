package io.petrichor.server;

/**
 * Why a connection was closed before a byte was read from it.
 *
 * @since 0.1.0
 */
public enum RejectReason {

	/** There are as many connections as there may be. */
	CONNECTIONS,

	/** There are as many connections from this address as there may be. */
	ADDRESS,

	/** There are as many connections that have not been allowed as there may be. */
	HANDSHAKES,

	/** Too many handshakes from this address have failed of late. */
	PENALTY

}
