package io.petrichor.client;

import org.jspecify.annotations.Nullable;

/**
 * A call did not end with a reply.
 *
 * @since 0.1.0
 */
public abstract class PetrichorClientException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final boolean maybeExecuted;

	PetrichorClientException(String message, boolean maybeExecuted, @Nullable Throwable cause) {
		super(message, cause);
		this.maybeExecuted = maybeExecuted;
	}

	/**
	 * Whether the server may have executed the call. If not, it is safe to call again.
	 * @return false if it certainly was not executed
	 */
	public boolean isMaybeExecuted() {
		return this.maybeExecuted;
	}

}
