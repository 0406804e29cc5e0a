package io.petrichor.server;

import java.util.List;

import io.petrichor.server.auth.PetrichorAuthenticator;

/**
 * Who gets in. One object, fixed at start-up.
 *
 * @param authenticators who decides on handshakes, in order; nobody lets everybody in
 * @param allowAnonymous whether nobody may do so to a network, too
 * @since 0.1.0
 */
public record ServerAccess(List<PetrichorAuthenticator> authenticators, boolean allowAnonymous) {

	/**
	 * Create the access.
	 * @param authenticators who decides on handshakes, in order
	 * @param allowAnonymous whether a network may come in without an authenticator
	 */
	public ServerAccess {
		authenticators = List.copyOf(authenticators);
	}

}
