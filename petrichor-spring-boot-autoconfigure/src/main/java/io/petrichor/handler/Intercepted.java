package io.petrichor.handler;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A handler with an interceptor around it. Put together once, not with every request.
 *
 * @param interceptor the interceptor
 * @param next what it stands around
 */
record Intercepted(PetrichorInterceptor interceptor, Handler next) implements Handler {

	/** The handler with all interceptors around it, the first one outermost. */
	static Handler by(List<PetrichorInterceptor> interceptors, Handler handler) {
		Handler intercepted = handler;
		for (int i = interceptors.size() - 1; i >= 0; i--) {
			intercepted = new Intercepted(interceptors.get(i), intercepted);
		}
		return intercepted;
	}

	@Override
	public @Nullable Object handle(Request request) throws Exception {
		return this.interceptor.intercept(request, this.next);
	}

	@Override
	public String toString() {
		return this.next.toString();
	}

}
