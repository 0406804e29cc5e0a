package io.petrichor.server.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Lets in whoever has a secret that the server knows, too: the header key {@code token}
 * of the handshake. Abstains for other tokens, and without one. Takes the same time for
 * every token.
 *
 * @since 0.1.0
 */
public final class TokenAuthenticator implements PetrichorAuthenticator {

	private final List<Known> known;

	/**
	 * Create an authenticator.
	 * @param tokens the tokens by the name of who has them
	 */
	public TokenAuthenticator(Map<String, Token> tokens) {
		tokens.forEach((name, token) -> Assert.hasText(token.secret(), () -> "The token of '" + name + "' is empty"));
		this.known = tokens.entrySet()
			.stream()
			.map((entry) -> new Known(entry.getKey(), digest(entry.getValue().secret()), entry.getValue().roles()))
			.toList();
	}

	@Override
	public Decision authenticate(Handshake handshake) {
		String token = handshake.header("token");
		if (token == null) {
			return Decision.abstain();
		}
		byte[] digest = digest(token);
		@Nullable Known found = null;
		for (Known next : this.known) {
			if (MessageDigest.isEqual(next.digest(), digest)) {
				found = next;
			}
		}
		return (found != null) ? Decision.allow(new NamedPrincipal(found.name())).withRoles(found.roles())
				: Decision.abstain();
	}

	/** Of equal length for all, so that nothing is learnt of the length either. */
	private static byte[] digest(String token) {
		try {
			return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * A token.
	 *
	 * @param secret the token itself
	 * @param roles what its owner may do
	 */
	public record Token(String secret, Set<String> roles) {

		@Override
		public String toString() {
			return "Token[roles=" + this.roles + "]";
		}

	}

	private record Known(String name, byte[] digest, Set<String> roles) {
	}

}
