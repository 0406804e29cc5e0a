package io.petrichor.protocol;

/**
 * Is told what goes over connections: once for each read and each write of the socket,
 * whatever the number of pairs in it. Called on event loops, so it must not block.
 *
 * @since 0.1.0
 */
public interface TrafficListener {

	/** Listens to nothing. */
	TrafficListener NONE = new TrafficListener() {
	};

	/**
	 * Bytes arrived.
	 * @param bytes how many one read brought, without those of TLS
	 */
	default void bytesRead(int bytes) {
	}

	/**
	 * Pairs were complete after a read.
	 * @param pairs how many, at least 1
	 * @param bytes their bytes on the wire
	 * @param largest the bytes of the largest
	 */
	default void pairsRead(int pairs, long bytes, int largest) {
	}

	/**
	 * Pairs were handed to the socket in one write.
	 * @param pairs how many, at least 1
	 * @param bytes their bytes on the wire, without those of TLS
	 * @param largest the bytes of the largest
	 */
	default void pairsWritten(int pairs, int bytes, int largest) {
	}

	/**
	 * A peer broke the protocol, and its connection ends for it.
	 * @param code what it is told
	 */
	default void protocolError(ErrorCode code) {
	}

}
