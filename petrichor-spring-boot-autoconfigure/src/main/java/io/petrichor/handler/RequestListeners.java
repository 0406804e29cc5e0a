package io.petrichor.handler;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Several listeners as one.
 */
final class RequestListeners implements RequestListener {

	private final List<RequestListener> listeners;

	RequestListeners(List<RequestListener> listeners) {
		this.listeners = List.copyOf(listeners);
	}

	@Override
	public void ended(String route, Outcome outcome, int requests, long nanos, long longest) {
		for (RequestListener listener : this.listeners) {
			listener.ended(route, outcome, requests, nanos, longest);
		}
	}

	@Override
	public @Nullable RequestObservation accepted(Request request) {
		List<RequestObservation> observations = new ArrayList<>(this.listeners.size());
		for (RequestListener listener : this.listeners) {
			@Nullable RequestObservation observation = listener.accepted(request);
			if (observation != null) {
				observations.add(observation);
			}
		}
		return switch (observations.size()) {
			case 0 -> null;
			case 1 -> observations.get(0);
			default -> new All(observations);
		};
	}

	private record All(List<RequestObservation> observations) implements RequestObservation {

		@Override
		public Scope open() {
			List<Scope> scopes = this.observations.stream().map(RequestObservation::open).toList();
			return () -> {
				for (int i = scopes.size() - 1; i >= 0; i--) {
					scopes.get(i).close();
				}
			};
		}

		@Override
		public void ended(Outcome outcome, @Nullable Throwable failure) {
			this.observations.forEach((observation) -> observation.ended(outcome, failure));
		}

	}

}
