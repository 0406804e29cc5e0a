package io.petrichor.observation;

import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.SenderContext;
import org.jspecify.annotations.Nullable;

import io.petrichor.client.ClientRequest;
import io.petrichor.handler.Outcome;

/**
 * What is known of a call while a client observes it. Its header takes the trace to the
 * server: {@code traceparent} and {@code tracestate}, as W3C has them.
 *
 * @since 0.1.0
 */
public final class ClientCallContext extends SenderContext<ClientRequest> {

	private final ClientRequest request;

	private volatile @Nullable Outcome outcome;

	/**
	 * Create a context.
	 * @param request what will be sent
	 */
	@SuppressWarnings("NullAway")
	public ClientCallContext(ClientRequest request) {
		super((carrier, key, value) -> carrier.header(key, value), Kind.CLIENT);
		this.request = request;
		setCarrier(request);
	}

	/**
	 * What is sent.
	 * @return the request
	 */
	public ClientRequest request() {
		return this.request;
	}

	/**
	 * How the call ended.
	 * @return the outcome, or null before the end
	 */
	public @Nullable Outcome outcome() {
		return this.outcome;
	}

	void ended(Outcome outcome) {
		this.outcome = outcome;
	}

}
