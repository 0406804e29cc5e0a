package io.petrichor.security;

import java.time.Duration;
import java.time.Instant;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.core.convert.converter.Converter;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;

import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.Handshake;
import io.petrichor.server.auth.PetrichorAuthenticator;

/**
 * Lets in whoever has a JSON Web Token that the decoder of a resource server takes: the
 * header key {@code token} of the handshake. Abstains for other tokens, expired ones
 * among them, and without one. The connection ends a minute after the token does, as far
 * as clocks may differ.
 * <p>
 * Never made by itself: an application says with a bean that its tokens are good for
 * this, too.
 *
 * @since 0.1.0
 */
public final class JwtAuthenticator implements PetrichorAuthenticator {

	/** As much as decoders allow for, unless they are told otherwise. */
	private static final Duration CLOCK_SKEW = Duration.ofSeconds(60);

	private static final Log logger = LogFactory.getLog(JwtAuthenticator.class);

	private final JwtDecoder decoder;

	private final Converter<Jwt, ? extends AbstractAuthenticationToken> converter;

	/**
	 * Create an authenticator that makes an authority of each scope.
	 * @param decoder who knows good tokens
	 */
	public JwtAuthenticator(JwtDecoder decoder) {
		this(decoder, new JwtAuthenticationConverter());
	}

	/**
	 * Create an authenticator.
	 * @param decoder who knows good tokens
	 * @param converter makes an authentication of a token; null denies
	 */
	public JwtAuthenticator(JwtDecoder decoder, Converter<Jwt, ? extends AbstractAuthenticationToken> converter) {
		this.decoder = decoder;
		this.converter = converter;
	}

	@Override
	public Decision authenticate(Handshake handshake) {
		@Nullable String token = handshake.header("token");
		if (token == null) {
			return Decision.abstain();
		}
		try {
			Jwt jwt = this.decoder.decode(token);
			@Nullable AbstractAuthenticationToken authentication = this.converter.convert(jwt);
			if (authentication == null) {
				return Decision.deny();
			}
			@Nullable Instant end = jwt.getExpiresAt();
			Decision.Allowed allowed = Authentications.allow(authentication);
			return (end != null) ? allowed.until(end.plus(CLOCK_SKEW)) : allowed;
		}
		catch (BadJwtException ex) {
			logger.debug("A token is not taken", ex);
			return Decision.abstain();
		}
	}

}
