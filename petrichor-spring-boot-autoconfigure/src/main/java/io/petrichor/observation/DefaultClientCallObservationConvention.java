package io.petrichor.observation;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import org.jspecify.annotations.Nullable;

import io.petrichor.handler.Outcome;
import io.petrichor.handler.RouteInfo;

/**
 * The names and tags that are documented.
 *
 * @since 0.1.0
 * @see PetrichorObservation#CLIENT_CALL
 */
public class DefaultClientCallObservationConvention implements ClientCallObservationConvention {

	private static final KeyValue NOT_ENDED = KeyValue.of(PetrichorObservation.ClientTags.OUTCOME, "none");

	@Override
	public String getName() {
		return "petrichor.client.calls";
	}

	@Override
	public String getContextualName(ClientCallContext context) {
		return "petrichor " + route(context);
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(ClientCallContext context) {
		@Nullable Outcome outcome = context.outcome();
		return KeyValues.of(KeyValue.of(PetrichorObservation.ClientTags.CLIENT, context.request().client()),
				KeyValue.of(PetrichorObservation.ClientTags.ROUTE, route(context)),
				(outcome != null) ? KeyValue.of(PetrichorObservation.ClientTags.OUTCOME, outcome.tag()) : NOT_ENDED);
	}

	private static String route(ClientCallContext context) {
		return RouteInfo.nameOf(context.request().route());
	}

}
