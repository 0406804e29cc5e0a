package io.petrichor.server.auth;

import java.security.Principal;

import org.jspecify.annotations.Nullable;

/**
 * What an authenticator makes of a handshake.
 *
 * @since 0.1.0
 */
public sealed interface Decision {

	/**
	 * Let the peer in.
	 * @param principal who it is, or null for an anonymous peer
	 * @return the decision
	 */
	static Decision allow(@Nullable Principal principal) {
		return new Allowed(principal);
	}

	/**
	 * Do not let the peer in, and do not tell it why.
	 * @return the decision
	 */
	static Decision deny() {
		return new Denied("denied");
	}

	/**
	 * Do not let the peer in.
	 * @param reason what the peer may know
	 * @return the decision
	 */
	static Decision deny(String reason) {
		return new Denied(reason);
	}

	/**
	 * The peer is let in.
	 *
	 * @param principal who it is, or null for an anonymous peer
	 */
	record Allowed(@Nullable Principal principal) implements Decision {
	}

	/**
	 * The peer is not let in.
	 *
	 * @param reason what it is told
	 */
	record Denied(String reason) implements Decision {
	}

}
