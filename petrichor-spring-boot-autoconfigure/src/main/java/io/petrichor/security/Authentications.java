package io.petrichor.security;

import java.security.Principal;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

import io.petrichor.handler.PetrichorConnection;
import io.petrichor.server.auth.Decision;

/**
 * The principal and the roles of a peer as Spring Security has them, and the other way
 * round.
 */
final class Authentications {

	private static final String ROLE = "ROLE_";

	private Authentications() {
	}

	/** Let in whom Spring Security has authenticated. */
	static Decision.Allowed allow(Authentication authentication) {
		Set<String> roles = AuthorityUtils.authorityListToSet(authentication.getAuthorities())
			.stream()
			.filter((authority) -> authority.startsWith(ROLE))
			.map((authority) -> authority.substring(ROLE.length()))
			.collect(Collectors.toSet());
		return Decision.allow(authentication).withRoles(roles);
	}

	/** Whoever let the peer in, if anybody did. */
	static Authentication of(PetrichorConnection connection) {
		@Nullable Principal principal = connection.principal();
		if (principal instanceof Authentication authentication) {
			return authentication;
		}
		if (principal == null) {
			return new AnonymousAuthenticationToken("petrichor", "anonymousUser",
					AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS"));
		}
		return UsernamePasswordAuthenticationToken.authenticated(principal, null,
				connection.roles().stream().map((role) -> new SimpleGrantedAuthority(ROLE + role)).toList());
	}

}
