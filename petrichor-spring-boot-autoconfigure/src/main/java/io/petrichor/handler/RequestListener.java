package io.petrichor.handler;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Is told of requests. Must neither block nor throw. A bean that needs a client takes it
 * {@code @Lazy}, since a client, which answers its server's requests, needs the
 * listeners.
 *
 * @since 0.1.0
 */
public interface RequestListener {

	/** Listens to nothing. */
	RequestListener NONE = new RequestListener() {
	};

	/**
	 * Requests of one route ended in one way, and what they were answered is handed to
	 * the socket. Told for all of a batch at once; any thread.
	 * @param route the pattern of the route, empty for the default handler,
	 * {@code UNKNOWN} if there was none: never what the peer sent
	 * @param outcome how they ended
	 * @param requests how many
	 * @param nanos the sum of their times, each from when it was read, in nanoseconds
	 * @param longest the longest of these
	 */
	default void ended(String route, Outcome outcome, int requests, long nanos, long longest) {
	}

	/**
	 * A request was read, and waits for its turn. Called on the event loop.
	 * @param request the request
	 * @return what follows this one request until it ends, or null
	 */
	default @Nullable RequestObservation accepted(Request request) {
		return null;
	}

	/**
	 * Several listeners as one.
	 * @param listeners the listeners, called in this order
	 * @return a listener, {@link #NONE} if there are none
	 */
	static RequestListener of(List<RequestListener> listeners) {
		return switch (listeners.size()) {
			case 0 -> NONE;
			case 1 -> listeners.get(0);
			default -> new RequestListeners(listeners);
		};
	}

}
