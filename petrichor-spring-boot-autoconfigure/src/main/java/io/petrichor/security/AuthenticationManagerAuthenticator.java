package io.petrichor.security;

import org.jspecify.annotations.Nullable;

import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.ProviderNotFoundException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;

import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.Handshake;
import io.petrichor.server.auth.PetrichorAuthenticator;

/**
 * Lets in whom Spring Security knows by name and password, the header keys {@code user}
 * and {@code password} of the handshake. Abstains without a password. The authorities
 * that begin with {@code ROLE_} are the roles of the peer.
 * <p>
 * Never made by itself: an application says with a bean that its users may come this way,
 * too.
 *
 * @since 0.1.0
 */
public final class AuthenticationManagerAuthenticator implements PetrichorAuthenticator {

	private final AuthenticationManager manager;

	/**
	 * Create an authenticator.
	 * @param manager who knows the users
	 */
	public AuthenticationManagerAuthenticator(AuthenticationManager manager) {
		this.manager = manager;
	}

	@Override
	public Decision authenticate(Handshake handshake) {
		@Nullable String password = handshake.header("password");
		if (password == null) {
			return Decision.abstain();
		}
		@Nullable String user = handshake.user();
		if (user == null) {
			return Decision.deny();
		}
		try {
			Authentication authentication = this.manager
				.authenticate(UsernamePasswordAuthenticationToken.unauthenticated(user, password));
			return authentication.isAuthenticated() ? Authentications.allow(authentication) : Decision.deny();
		}
		catch (AuthenticationServiceException | ProviderNotFoundException ex) {
			throw ex;
		}
		catch (AuthenticationException ex) {
			return Decision.deny();
		}
	}

}
