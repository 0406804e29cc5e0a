package io.petrichor.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * How observations of calls are called and tagged by clients. An application defines a
 * bean of this type to have it otherwise.
 *
 * @since 0.1.0
 * @see DefaultClientCallObservationConvention
 */
public interface ClientCallObservationConvention extends ObservationConvention<ClientCallContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof ClientCallContext;
	}

}
