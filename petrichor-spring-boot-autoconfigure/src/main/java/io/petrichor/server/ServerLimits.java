package io.petrichor.server;

import java.time.Duration;

import io.petrichor.protocol.Capabilities;
import io.petrichor.protocol.PairLimits;

/**
 * What peers may cost. One object, fixed at start-up.
 *
 * @param handshakeTimeout from the accept to the decision, whatever the peer sends
 * @param handshake limits of the first pair
 * @param message limits of the pairs after it
 * @param messageTimeout from the first byte of a pair to its last
 * @param idleTimeout how long a connection may be silent while nothing is in flight
 * @param maxInFlight the most unanswered requests of a connection
 * @param maxPendingOutput the most bytes of replies that a peer has not read
 * @param writeTimeout how long a peer may take none of them
 * @param maxBuffered the most bytes that all connections together may hold
 * @since 0.1.0
 */
public record ServerLimits(Duration handshakeTimeout, PairLimits handshake, PairLimits message, Duration messageTimeout,
		Duration idleTimeout, int maxInFlight, long maxPendingOutput, Duration writeTimeout, long maxBuffered) {

	private static final int BUFFERED_BODIES = 16;

	private static final String BODY = "petrichor.server.message.max-body-size";

	public ServerLimits {
		UnfitLimitsException.check(BODY, message.maxBodySize(), "petrichor.server.outbound.max-pending",
				maxPendingOutput, 2);
		UnfitLimitsException.check(BODY, message.maxBodySize(), "petrichor.server.max-buffered", maxBuffered,
				BUFFERED_BODIES);
		UnfitLimitsException.checkShorter("petrichor.server.handshake.timeout", handshakeTimeout,
				"petrichor.server.message.timeout", messageTimeout);
	}

	/**
	 * The least that all connections together must be allowed to hold.
	 * @param maxBodySize of a pair, in bytes
	 * @return bytes
	 */
	public static long leastBuffered(long maxBodySize) {
		return maxBodySize * BUFFERED_BODIES;
	}

	/**
	 * What the server can, as it tells the peers that ask for it. A pair that is no
	 * larger than it says is read, whatever part of it is the body; its header has a
	 * limit of its own.
	 * @return its capabilities
	 */
	Capabilities capabilities() {
		return new Capabilities(false, this.maxInFlight, true, true, false, true, false, this.message.maxBodySize());
	}

}
