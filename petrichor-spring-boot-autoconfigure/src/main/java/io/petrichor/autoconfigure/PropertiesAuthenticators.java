package io.petrichor.autoconfigure;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.security.crypto.factory.PasswordEncoderFactories;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

import io.petrichor.server.auth.CertificateAuthenticator;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.server.auth.TokenAuthenticator;
import io.petrichor.server.auth.UserAuthenticator;

/**
 * The authenticators that the properties describe.
 */
final class PropertiesAuthenticators {

	private static final boolean PASSWORDS = ClassUtils.isPresent(
			"org.springframework.security.crypto.password.PasswordEncoder",
			PropertiesAuthenticators.class.getClassLoader());

	private PropertiesAuthenticators() {
	}

	static List<PetrichorAuthenticator> of(PetrichorServerProperties.Authentication properties) {
		List<PetrichorAuthenticator> authenticators = new ArrayList<>();
		if (!properties.getUsers().isEmpty()) {
			authenticators.add(users(properties.getUsers()));
		}
		if (!properties.getTokens().isEmpty()) {
			authenticators.add(tokens(properties.getTokens()));
		}
		if (properties.isClientCertificates()) {
			authenticators.add(new CertificateAuthenticator());
		}
		return authenticators;
	}

	private static PetrichorAuthenticator tokens(Map<String, PetrichorServerProperties.Authentication.Token> tokens) {
		Map<String, TokenAuthenticator.Token> known = new HashMap<>();
		tokens.forEach((name, token) -> {
			if (!StringUtils.hasText(token.getSecret())) {
				throw new FailureAnalyzedException(
						"'petrichor.server.authentication.tokens.%s.secret' is empty.".formatted(name),
						"Set it to what only the peer and the server know.");
			}
			known.put(name, new TokenAuthenticator.Token(token.getSecret(), token.getRoles()));
		});
		return new TokenAuthenticator(known);
	}

	private static PetrichorAuthenticator users(Map<String, PetrichorServerProperties.Authentication.User> users) {
		if (!PASSWORDS) {
			throw new FailureAnalyzedException(
					"'petrichor.server.authentication.users' is set, and there is nothing to check passwords with.",
					"Add the dependency org.springframework.security:spring-security-crypto.");
		}
		Map<String, UserAuthenticator.User> known = new HashMap<>();
		users.forEach((name, user) -> known.put(name, new UserAuthenticator.User(user.getPassword(), user.getRoles())));
		return Passwords.authenticator(known);
	}

	/** Loaded only where the library is there. */
	private static final class Passwords {

		static PetrichorAuthenticator authenticator(Map<String, UserAuthenticator.User> users) {
			PasswordEncoder encoder = PasswordEncoderFactories.createDelegatingPasswordEncoder();
			users.forEach((name, user) -> {
				if (!isKnown(encoder, user.encodedPassword())) {
					throw new FailureAnalyzedException(
							"'petrichor.server.authentication.users.%s.password' does not begin with the name of its encoding in braces, or with one that is not known."
								.formatted(name),
							"Encode the password, and put the name before it, as in {bcrypt}$2a$10$...; {noop} goes before one that is not encoded.");
				}
			});
			return new UserAuthenticator(users, encoder);
		}

		/** Asks about the name alone, since to check a password takes long. */
		private static boolean isKnown(PasswordEncoder encoder, String encodedPassword) {
			String name = encodedPassword.substring(0, encodedPassword.indexOf('}') + 1);
			try {
				encoder.matches("any", name);
				return !name.isEmpty();
			}
			catch (IllegalArgumentException ex) {
				return false;
			}
		}

	}

}
