package io.petrichor.handler;

import org.jspecify.annotations.Nullable;

/**
 * A handler with its place: the pattern it was registered for, where it runs, and who
 * answers for it when it fails.
 *
 * @param pattern the route, empty for the default handler
 * @param handler the handler, with all interceptors around it
 * @param blocking whether it runs on the handler executor
 * @param failures the exception handlers of its own class
 */
record Route(String pattern, Handler handler, boolean blocking, @Nullable ExceptionHandlers failures) {

	Route(String pattern, Handler handler, boolean blocking) {
		this(pattern, handler, blocking, null);
	}

	Route with(Handler handler) {
		return new Route(this.pattern, handler, this.blocking, this.failures);
	}

	@Override
	public String toString() {
		return this.pattern.isEmpty() ? "the default route" : "route '" + this.pattern + "'";
	}

}
