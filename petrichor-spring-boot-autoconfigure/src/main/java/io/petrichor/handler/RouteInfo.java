package io.petrichor.handler;

/**
 * What requests of one route reach.
 *
 * @param route the pattern, empty for the default handler
 * @param handler the method with its parameters, or whatever was registered
 * @param blocking whether it runs on the handler executor
 * @since 0.1.0
 */
public record RouteInfo(String route, String handler, boolean blocking) {

	/**
	 * What meters, observations and logs call a route.
	 * @param route the pattern, empty for the default handler
	 * @return the pattern, or {@code default}
	 */
	public static String nameOf(String route) {
		return route.isEmpty() ? "default" : route;
	}

}
