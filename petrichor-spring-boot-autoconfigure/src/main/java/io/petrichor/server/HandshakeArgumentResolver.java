package io.petrichor.server;

import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;

import io.petrichor.handler.HandlerArgumentResolver;
import io.petrichor.handler.Request;
import io.petrichor.server.auth.Handshake;

/**
 * Binds the handshake of the connection that a request came on.
 *
 * @since 0.1.0
 */
public final class HandshakeArgumentResolver implements HandlerArgumentResolver {

	@Override
	public boolean supportsParameter(MethodParameter parameter) {
		return parameter.getParameterType() == Handshake.class;
	}

	@Override
	public @Nullable Object resolveArgument(MethodParameter parameter, Request request) {
		return (request.connection() instanceof Peer peer) ? peer.handshake() : null;
	}

}
