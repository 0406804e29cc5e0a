package io.petrichor.client;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The server did not let this client in.
 *
 * @since 0.1.0
 */
public class PetrichorDeniedException extends PetrichorClientException {

	private static final long serialVersionUID = 1L;

	private final String reason;

	private final @Nullable Duration retry;

	PetrichorDeniedException(String reason, @Nullable Duration retry, @Nullable Throwable cause) {
		super("denied: " + reason, false, cause);
		this.reason = reason;
		this.retry = retry;
	}

	/**
	 * What the server gave as its reason.
	 * @return the reason, for humans
	 */
	public String reason() {
		return this.reason;
	}

	/**
	 * After what time the server may think otherwise.
	 * @return the time, or null if the denial is for good and the client has stopped
	 * trying
	 */
	public @Nullable Duration retry() {
		return this.retry;
	}

}
