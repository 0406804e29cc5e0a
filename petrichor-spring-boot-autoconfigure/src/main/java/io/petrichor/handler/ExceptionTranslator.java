package io.petrichor.handler;

import org.jspecify.annotations.Nullable;

/**
 * Knows what to answer when a handler fails with some kind of exception. Beans of this
 * type are asked in their order, after all {@link PetrichorExceptionHandler} methods.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ExceptionTranslator {

	/**
	 * Translate a failure.
	 * @param failure what the handler threw, or what its {@code Mono}, stream or
	 * {@code CompletionStage} failed with
	 * @param request the request
	 * @return the error to answer with, or null if this translator does not know it
	 */
	@Nullable PetrichorError translate(Throwable failure, Request request);

}
