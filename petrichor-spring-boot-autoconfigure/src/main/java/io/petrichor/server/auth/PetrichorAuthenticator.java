package io.petrichor.server.auth;

/**
 * Decides whether a peer is let in.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PetrichorAuthenticator {

	/**
	 * Decide on a handshake. May block: it is not called on an event loop.
	 * @param handshake what the peer sent
	 * @return the decision
	 * @throws Exception if it cannot be made, which denies
	 */
	Decision authenticate(Handshake handshake) throws Exception;

}
