package io.petrichor.handler;

import org.jspecify.annotations.Nullable;

/**
 * Handles the requests of a route that was registered by hand.
 *
 * @since 0.1.0
 * @see HandlerRegistry#register(String, Handler)
 */
@FunctionalInterface
public interface Handler {

	/**
	 * Handle a request.
	 * @param request the request
	 * @return what a method marked with {@link PetrichorHandler} may return
	 * @throws Exception to answer with an error
	 */
	@Nullable Object handle(Request request) throws Exception;

}
