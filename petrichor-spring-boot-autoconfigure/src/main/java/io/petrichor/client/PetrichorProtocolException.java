package io.petrichor.client;

import org.jspecify.annotations.Nullable;

/**
 * The server sent what it must not send, so the connection was given up.
 *
 * @since 0.1.0
 */
public class PetrichorProtocolException extends PetrichorConnectionException {

	private static final long serialVersionUID = 1L;

	PetrichorProtocolException(String message, boolean maybeExecuted, @Nullable Throwable cause) {
		super(message, maybeExecuted, cause);
	}

}
