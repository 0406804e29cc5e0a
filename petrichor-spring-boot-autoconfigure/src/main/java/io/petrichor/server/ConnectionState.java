package io.petrichor.server;

/**
 * What a connection is at, in the order in which that can change.
 */
enum ConnectionState {

	/** The first pair has not arrived. */
	HANDSHAKE,

	/** The first pair is with the authenticator. */
	DECIDING,

	/** Requests are read and answered. */
	OPEN,

	/** Goodbye has been said; what crosses it is answered that it came too late. */
	GOING,

	/** Nothing more is read; what was read is answered. */
	ENDING,

	/** The last byte has been written; what still comes is dropped. */
	LINGERING,

	/** Gone. */
	CLOSED

}
