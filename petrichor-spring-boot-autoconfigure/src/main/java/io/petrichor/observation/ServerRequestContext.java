package io.petrichor.observation;

import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import org.jspecify.annotations.Nullable;

import io.petrichor.handler.Outcome;
import io.petrichor.handler.Request;

/**
 * What is known of a request while a server observes it. Its header brings the trace of
 * the peer: {@code traceparent} and {@code tracestate}, as W3C has them.
 *
 * @since 0.1.0
 */
public final class ServerRequestContext extends ReceiverContext<Request> {

	private volatile @Nullable Outcome outcome;

	/**
	 * Create a context.
	 * @param request the request
	 */
	@SuppressWarnings("NullAway")
	public ServerRequestContext(Request request) {
		super((carrier, key) -> carrier.header().text(key), Kind.SERVER);
		setCarrier(request);
	}

	/**
	 * How the request ended.
	 * @return the outcome, or null before the end
	 */
	public @Nullable Outcome outcome() {
		return this.outcome;
	}

	void ended(Outcome outcome) {
		this.outcome = outcome;
	}

}
