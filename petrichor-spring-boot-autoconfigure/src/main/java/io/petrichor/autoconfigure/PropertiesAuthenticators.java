package io.petrichor.autoconfigure;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.security.crypto.factory.PasswordEncoderFactories;
import org.springframework.util.ClassUtils;

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
			Map<String, TokenAuthenticator.Token> tokens = new HashMap<>();
			properties.getTokens()
				.forEach((name, token) -> tokens.put(name,
						new TokenAuthenticator.Token(token.getSecret(), token.getRoles())));
			authenticators.add(new TokenAuthenticator(tokens));
		}
		if (properties.isClientCertificates()) {
			authenticators.add(new CertificateAuthenticator());
		}
		return authenticators;
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
			return new UserAuthenticator(users, PasswordEncoderFactories.createDelegatingPasswordEncoder());
		}

	}

}
