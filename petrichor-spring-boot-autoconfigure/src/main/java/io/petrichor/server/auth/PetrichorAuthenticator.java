package io.petrichor.server.auth;

/**
 * Decides whether a peer is let in. Beans of this type are asked in their order; the
 * first that does not abstain decides, and a peer for whom all abstain is denied.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PetrichorAuthenticator {

	/**
	 * Decide on a handshake. May block: it is called on one of a few threads kept for
	 * this, never on an event loop, and interrupted when the time for the handshake is
	 * over. One that can decide without blocking says so with {@link Decision#later}.
	 * @param handshake what the peer sent
	 * @return the decision; null denies
	 * @throws Exception if it cannot be made, which denies
	 */
	Decision authenticate(Handshake handshake) throws Exception;

}
