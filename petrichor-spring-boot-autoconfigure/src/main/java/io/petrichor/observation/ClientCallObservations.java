package io.petrichor.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

import io.petrichor.client.CallObserver;
import io.petrichor.client.ClientRequest;

/**
 * Observes each call of a client, from when it is made to its end. What is observed
 * around it is its parent: on the thread that calls, or in the context of the subscriber.
 *
 * @since 0.1.0
 */
public final class ClientCallObservations implements CallObserver {

	private static final ClientCallObservationConvention DEFAULT = new DefaultClientCallObservationConvention();

	private final ObservationRegistry registry;

	private final @Nullable ClientCallObservationConvention convention;

	/**
	 * Create the observer.
	 * @param registry who handles observations
	 * @param convention names and tags, or null for those documented
	 */
	public ClientCallObservations(ObservationRegistry registry, @Nullable ClientCallObservationConvention convention) {
		this.registry = registry;
		this.convention = convention;
	}

	@Override
	public @Nullable Ending calling(ClientRequest request) {
		ClientCallContext context = new ClientCallContext(request);
		Observation observation = PetrichorObservation.CLIENT_CALL.observation(this.convention, DEFAULT, () -> context,
				this.registry);
		if (observation.isNoop()) {
			return null;
		}
		Observation parent = request.context().getOrDefault(ObservationThreadLocalAccessor.KEY, null);
		if (parent != null) {
			observation.parentObservation(parent);
		}
		observation.start();
		return (outcome, failure) -> {
			context.ended(outcome);
			if (failure != null) {
				observation.error(failure);
			}
			observation.stop();
		};
	}

}
