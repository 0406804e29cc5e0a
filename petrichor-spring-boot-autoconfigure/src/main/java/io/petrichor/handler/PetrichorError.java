package io.petrichor.handler;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.petrichor.protocol.ErrorCode;

/**
 * An error as a reply. Handlers may return one, and {@link PetrichorExceptionHandler}
 * methods and {@link ExceptionTranslator} beans do.
 *
 * @param code the code: one of {@link ErrorCode}, or the application's own, which begins
 * with {@code app.}
 * @param body a readable sentence, or anything else that can be the body of a reply; the
 * peer sees it as it is
 * @param retryAfter when another try makes sense, or null if the peer is told nothing
 * about it
 * @since 0.1.0
 */
public record PetrichorError(String code, @Nullable Object body, @Nullable Duration retryAfter) {

	public PetrichorError {
		Assert.hasText(code, "'code' must not be empty");
	}

	/**
	 * An error of the protocol.
	 * @param code the code
	 * @param body the body
	 * @return the error
	 */
	public static PetrichorError of(ErrorCode code, @Nullable Object body) {
		return new PetrichorError(code.wireName(), body, null);
	}

	/**
	 * An error of the application.
	 * @param code the code, which begins with {@code app.}
	 * @param body the body
	 * @return the error
	 */
	public static PetrichorError of(String code, @Nullable Object body) {
		return new PetrichorError(code, body, null);
	}

	/**
	 * The same error with a hint.
	 * @param delay when another try makes sense, in whole milliseconds
	 * @return a new error
	 */
	public PetrichorError retryAfter(Duration delay) {
		return new PetrichorError(this.code, this.body, delay);
	}

}
