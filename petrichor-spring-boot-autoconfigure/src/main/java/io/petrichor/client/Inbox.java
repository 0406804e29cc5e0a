package io.petrichor.client;

import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * Calls on their way from any thread to the event loop: a stack without locks, whose
 * links are the calls themselves, emptied at one go.
 */
final class Inbox {

	private final AtomicReference<@Nullable Call> top = new AtomicReference<>();

	/**
	 * Add a call; any thread.
	 * @return whether it was empty, so that the event loop has to be woken
	 */
	boolean add(Call call) {
		@Nullable Call top;
		do {
			top = this.top.get();
			call.below = top;
		}
		while (!this.top.compareAndSet(top, call));
		return top == null;
	}

	/**
	 * Take all calls.
	 * @return the first that was added; {@link Call#below} leads to the next
	 */
	@Nullable Call takeAll() {
		Call rest = this.top.getAndSet(null);
		Call first = null;
		while (rest != null) {
			Call below = rest.below;
			rest.below = first;
			first = rest;
			rest = below;
		}
		return first;
	}

}
