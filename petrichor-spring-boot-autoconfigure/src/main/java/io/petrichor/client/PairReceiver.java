package io.petrichor.client;

import io.petrichor.protocol.Message;

/**
 * Whom the pairs of a socket are for. Called on the event loop.
 */
interface PairReceiver {

	/** There is a socket, TLS included, to write to. */
	default void opened(PairWriter writer) {
	}

	/** A pair has come. */
	void received(Message message);

	/** What one read brought has been received. */
	void readComplete();

	/** The socket takes more again. */
	default void writable() {
	}

	/** Close the socket, if it is not closed already; the first reason counts. */
	void close(DisconnectReason reason, PetrichorClientException cause);

}
