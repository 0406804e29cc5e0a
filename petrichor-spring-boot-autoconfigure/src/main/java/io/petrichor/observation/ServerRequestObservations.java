package io.petrichor.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import io.petrichor.handler.Outcome;
import io.petrichor.handler.Request;
import io.petrichor.handler.RequestListener;
import io.petrichor.handler.RequestObservation;

/**
 * Observes each request of a server, from when it was read to its reply. The observation
 * is current while the handler runs.
 *
 * @since 0.1.0
 */
public final class ServerRequestObservations implements RequestListener {

	private static final ServerRequestObservationConvention DEFAULT = new DefaultServerRequestObservationConvention();

	private final ObservationRegistry registry;

	private final @Nullable ServerRequestObservationConvention convention;

	/**
	 * Create the listener.
	 * @param registry who handles observations
	 * @param convention names and tags, or null for those documented
	 */
	public ServerRequestObservations(ObservationRegistry registry,
			@Nullable ServerRequestObservationConvention convention) {
		this.registry = registry;
		this.convention = convention;
	}

	@Override
	public @Nullable RequestObservation accepted(Request request) {
		ServerRequestContext context = new ServerRequestContext(request);
		Observation observation = PetrichorObservation.SERVER_REQUEST.observation(this.convention, DEFAULT,
				() -> context, this.registry);
		return observation.isNoop() ? null : new Observed(context, observation.start());
	}

	private record Observed(ServerRequestContext context, Observation observation) implements RequestObservation {

		@Override
		public Scope open() {
			return this.observation.openScope()::close;
		}

		@Override
		public void ended(Outcome outcome, @Nullable Throwable failure) {
			this.context.ended(outcome);
			if (failure != null) {
				this.observation.error(failure);
			}
			this.observation.stop();
		}

	}

}
