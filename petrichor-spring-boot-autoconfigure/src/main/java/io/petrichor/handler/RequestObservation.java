package io.petrichor.handler;

import org.jspecify.annotations.Nullable;

/**
 * Follows one request. Must neither block nor throw.
 *
 * @since 0.1.0
 * @see RequestListener#accepted(Request)
 */
public interface RequestObservation {

	/**
	 * The handler runs on the calling thread from now on. Not called for a request that
	 * never gets there.
	 * @return closed on the same thread when the handler has returned
	 */
	Scope open();

	/**
	 * The request has ended; any thread, once, and before or after the scope is closed.
	 * @param outcome how it ended
	 * @param failure what the handler threw, or null if it threw nothing
	 */
	void ended(Outcome outcome, @Nullable Throwable failure);

	/**
	 * The time a thread spends in a handler.
	 */
	@FunctionalInterface
	interface Scope extends AutoCloseable {

		@Override
		void close();

	}

}
