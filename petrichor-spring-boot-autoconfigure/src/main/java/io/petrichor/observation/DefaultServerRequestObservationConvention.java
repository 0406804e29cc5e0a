package io.petrichor.observation;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import org.jspecify.annotations.Nullable;

import io.petrichor.handler.Outcome;
import io.petrichor.handler.Request;
import io.petrichor.handler.RouteInfo;

/**
 * The names and tags that are documented. No tag of a meter holds a value that the peer
 * chose.
 *
 * @since 0.1.0
 * @see PetrichorObservation#SERVER_REQUEST
 */
public class DefaultServerRequestObservationConvention implements ServerRequestObservationConvention {

	private static final KeyValue NOT_ENDED = KeyValue.of(PetrichorObservation.Tags.OUTCOME, "none");

	@Override
	public String getName() {
		return "petrichor.server.requests";
	}

	@Override
	public String getContextualName(ServerRequestContext context) {
		return "petrichor " + route(context);
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(ServerRequestContext context) {
		@Nullable Outcome outcome = context.outcome();
		return KeyValues.of(KeyValue.of(PetrichorObservation.Tags.ROUTE, route(context)),
				(outcome != null) ? KeyValue.of(PetrichorObservation.Tags.OUTCOME, outcome.tag()) : NOT_ENDED);
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(ServerRequestContext context) {
		@Nullable Request request = context.getCarrier();
		return (request != null)
				? KeyValues.of(KeyValue.of(PetrichorObservation.SpanTags.CONNECTION, request.connection().id()))
				: KeyValues.empty();
	}

	private static String route(ServerRequestContext context) {
		@Nullable Request request = context.getCarrier();
		String route = (request != null) ? request.route() : "";
		return RouteInfo.nameOf(route);
	}

}
