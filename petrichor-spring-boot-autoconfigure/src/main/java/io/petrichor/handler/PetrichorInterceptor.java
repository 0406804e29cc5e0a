package io.petrichor.handler;

import org.jspecify.annotations.Nullable;

/**
 * Stands around each call of a handler, on the thread of the handler. Beans of this type
 * are called in their order, the first one outermost. Those around a handler that does
 * not block run on the event loop, so they must not block either.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PetrichorInterceptor {

	/**
	 * Handle a request, or let it through.
	 * @param request the request
	 * @param next the next interceptor, or the handler
	 * @return what {@code next} returned, or something else that a handler may return; of
	 * a reactive handler, this is a {@code Mono} or {@code Flux} that nobody has
	 * subscribed to
	 * @throws Exception to answer with an error
	 */
	@Nullable Object intercept(Request request, Handler next) throws Exception;

}
