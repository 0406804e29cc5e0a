package io.petrichor.handler;

/**
 * A handler with its place: the pattern it was registered for, and where it runs.
 *
 * @param pattern the route, empty for the default handler
 * @param handler the handler
 * @param blocking whether it runs on the handler executor
 */
record Route(String pattern, Handler handler, boolean blocking) {

	@Override
	public String toString() {
		return this.pattern.isEmpty() ? "the default route" : "route '" + this.pattern + "'";
	}

}
