package io.petrichor.security;

import org.jspecify.annotations.Nullable;

import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;

import io.petrichor.handler.ExceptionTranslator;
import io.petrichor.handler.PetrichorError;
import io.petrichor.handler.Request;
import io.petrichor.protocol.ErrorCode;

/**
 * Answers {@code denied} where Spring Security does not let a peer do what it asked for.
 *
 * @since 0.1.0
 */
public final class AccessDeniedTranslator implements ExceptionTranslator {

	@Override
	public @Nullable PetrichorError translate(Throwable failure, Request request) {
		boolean denied = failure instanceof AccessDeniedException || failure instanceof AuthenticationException;
		return denied ? PetrichorError.of(ErrorCode.DENIED, "denied") : null;
	}

}
