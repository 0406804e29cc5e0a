package io.petrichor.server.auth;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.petrichor.protocol.Header;
import io.petrichor.tnetstring.TNetstring;

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
	static Allowed allow(@Nullable Principal principal) {
		return new Allowed(principal, Set.of(), Header.EMPTY, null, null);
	}

	/**
	 * Let the peer in, and tell it more than the server's own welcome.
	 * @param principal who it is, or null for an anonymous peer
	 * @param replyHeader keys to add to the header of the answer; the protocol's own keys
	 * among them do not count
	 * @param welcome the body of the answer, anything that has a TNetstring
	 * @return the decision
	 */
	static Allowed allow(@Nullable Principal principal, Header replyHeader, @Nullable Object welcome) {
		return new Allowed(principal, Set.of(), replyHeader, TNetstring.of(welcome), null);
	}

	/**
	 * Do not let the peer in, and do not tell it why.
	 * @return the decision
	 */
	static Denied deny() {
		return Denied.WITHOUT_REASON;
	}

	/**
	 * Do not let the peer in.
	 * @param reason what the peer may know
	 * @return the decision
	 */
	static Denied deny(String reason) {
		return new Denied(reason, null);
	}

	/**
	 * Do not let the peer in now.
	 * @param reason what the peer may know
	 * @param retry when another try makes sense; a client that is not told one gives up
	 * @return the decision
	 */
	static Denied deny(String reason, Duration retry) {
		return new Denied(reason, retry);
	}

	/**
	 * Leave it to the next authenticator. If none is left, the peer is denied.
	 * @return the decision
	 */
	static Abstained abstain() {
		return Abstained.INSTANCE;
	}

	/**
	 * Decide without holding up a thread.
	 * @param decision what will be decided; one that ends empty or with an error is a
	 * denial. Cancelled when nobody waits for it any more
	 * @return the decision
	 */
	static Later later(Mono<? extends Decision> decision) {
		return new Later(decision);
	}

	/**
	 * The peer is let in.
	 *
	 * @param principal who it is, or null for an anonymous peer
	 * @param roles what it may do, for handlers that ask for roles
	 * @param replyHeader keys to add to the header of the answer
	 * @param welcome the body of the answer, or null for the server's own
	 * @param until when it is let in no longer, or null for never
	 */
	record Allowed(@Nullable Principal principal, Set<String> roles, Header replyHeader, @Nullable TNetstring welcome,
			@Nullable Instant until) implements Decision {

		/**
		 * Create the decision.
		 * @param principal who it is, or null for an anonymous peer
		 * @param roles what it may do
		 * @param replyHeader keys to add to the header of the answer
		 * @param welcome the body of the answer, or null for the server's own
		 * @param until when it is let in no longer, or null for never
		 */
		public Allowed {
			roles = Set.copyOf(roles);
		}

		/**
		 * The same for a peer with other roles.
		 * @param roles the roles
		 * @return a new decision
		 */
		public Allowed withRoles(String... roles) {
			return withRoles(Set.of(roles));
		}

		/**
		 * The same for a peer with other roles.
		 * @param roles the roles
		 * @return a new decision
		 */
		public Allowed withRoles(Set<String> roles) {
			return new Allowed(this.principal, roles, this.replyHeader, this.welcome, this.until);
		}

		/**
		 * The same for a peer that has to ask again later. Its connection is closed then,
		 * as it is when the server stops: what was read is answered, within the time that
		 * a request may take.
		 * @param until when, such as the end of what it proved itself with; taken to a
		 * few seconds
		 * @return a new decision
		 */
		public Allowed until(Instant until) {
			return new Allowed(this.principal, this.roles, this.replyHeader, this.welcome, until);
		}

	}

	/**
	 * The peer is not let in.
	 *
	 * @param reason what it is told
	 * @param retry when another try makes sense, or null for never
	 */
	record Denied(String reason, @Nullable Duration retry) implements Decision {

		private static final Denied WITHOUT_REASON = new Denied("denied", null);

	}

	/**
	 * Another authenticator may decide.
	 */
	record Abstained() implements Decision {

		private static final Abstained INSTANCE = new Abstained();

	}

	/**
	 * It will be decided.
	 *
	 * @param decision what will be decided
	 */
	record Later(Mono<? extends Decision> decision) implements Decision {
	}

}
