package io.petrichor.client;

import org.jspecify.annotations.Nullable;

/**
 * There was no connection for a call, or it was lost before the reply.
 *
 * @since 0.1.0
 */
public class PetrichorConnectionException extends PetrichorClientException {

	private static final long serialVersionUID = 1L;

	PetrichorConnectionException(String message, boolean maybeExecuted, @Nullable Throwable cause) {
		super(message, maybeExecuted, cause);
	}

}
