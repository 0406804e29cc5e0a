package io.petrichor.client;

import java.time.Duration;

/**
 * The time for a call was over before its reply was there.
 *
 * @since 0.1.0
 */
public class PetrichorTimeoutException extends PetrichorClientException {

	private static final long serialVersionUID = 1L;

	PetrichorTimeoutException(Duration timeout, boolean maybeExecuted) {
		this("no reply within %d ms%s".formatted(timeout.toMillis(), maybeExecuted ? "" : "; the call was not sent"),
				maybeExecuted);
	}

	PetrichorTimeoutException(String message, boolean maybeExecuted) {
		super(message, maybeExecuted, null);
	}

}
