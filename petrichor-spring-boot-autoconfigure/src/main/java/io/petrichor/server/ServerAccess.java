package io.petrichor.server;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.petrichor.server.auth.PetrichorAuthenticator;

/**
 * Who gets in. One object, fixed at start-up.
 *
 * @param authenticators who decides on handshakes, in order; nobody lets everybody in
 * @param allowAnonymous whether nobody may do so to a network, too
 * @param limits how many may come
 * @param tls how connections are encrypted, or null for not at all
 * @since 0.1.0
 */
public record ServerAccess(List<PetrichorAuthenticator> authenticators, boolean allowAnonymous, AdmissionLimits limits,
		@Nullable ServerTls tls) {

	/**
	 * Create the access.
	 * @param authenticators who decides on handshakes, in order
	 * @param allowAnonymous whether a network may come in without an authenticator
	 * @param limits how many may come
	 * @param tls how connections are encrypted, or null for not at all
	 */
	public ServerAccess {
		authenticators = List.copyOf(authenticators);
	}

}
