package io.petrichor.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * How observations of requests are called and tagged on the server. An application
 * defines a bean of this type to have it otherwise.
 *
 * @since 0.1.0
 * @see DefaultServerRequestObservationConvention
 */
public interface ServerRequestObservationConvention extends ObservationConvention<ServerRequestContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof ServerRequestContext;
	}

}
