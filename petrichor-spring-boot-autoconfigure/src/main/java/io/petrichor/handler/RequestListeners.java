package io.petrichor.handler;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Several listeners as one.
 */
final class RequestListeners implements RequestListener {

	private final RequestListener[] listeners;

	RequestListeners(List<RequestListener> listeners) {
		this.listeners = listeners.toArray(RequestListener[]::new);
	}

	@Override
	public void ended(String route, Outcome outcome, int requests, long nanos, long longest) {
		for (RequestListener listener : this.listeners) {
			listener.ended(route, outcome, requests, nanos, longest);
		}
	}

	@Override
	public @Nullable RequestObservation accepted(Request request) {
		@Nullable RequestObservation all = null;
		for (RequestListener listener : this.listeners) {
			@Nullable RequestObservation next = listener.accepted(request);
			if (next != null) {
				all = (all != null) ? new Both(all, next) : next;
			}
		}
		return all;
	}

	private record Both(RequestObservation outer, RequestObservation inner) implements RequestObservation {

		@Override
		public Scope open() {
			Scope outer = this.outer.open();
			Scope inner = this.inner.open();
			return () -> {
				inner.close();
				outer.close();
			};
		}

		@Override
		public void ended(Outcome outcome, @Nullable Throwable failure) {
			this.outer.ended(outcome, failure);
			this.inner.ended(outcome, failure);
		}

	}

}
