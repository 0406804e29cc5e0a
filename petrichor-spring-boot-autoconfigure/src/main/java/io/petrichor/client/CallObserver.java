package io.petrichor.client;

import org.jspecify.annotations.Nullable;

import io.petrichor.handler.Outcome;

/**
 * Follows single calls, each from when it is made to its end. Must neither block nor
 * throw.
 *
 * @since 0.1.0
 * @see PetrichorClient.Builder#observer(CallObserver)
 */
@FunctionalInterface
public interface CallObserver {

	/**
	 * A call is made, and not yet on its way: its header may still be added to. Called by
	 * the thread that makes or subscribes to it.
	 * @param request what will be sent
	 * @return told of the end, or null
	 */
	@Nullable Ending calling(ClientRequest request);

	/**
	 * Waits for the end of a call.
	 */
	@FunctionalInterface
	interface Ending {

		/**
		 * The call has ended; any thread, once.
		 * @param outcome how it ended
		 * @param failure what the caller gets instead of a reply, or null
		 */
		void ended(Outcome outcome, @Nullable Throwable failure);

	}

}
