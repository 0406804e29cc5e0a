package io.petrichor.client;

import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

import io.petrichor.protocol.Header;

/**
 * A request that is about to be sent. Belongs to the thread that makes the call.
 *
 * @since 0.1.0
 */
public final class ClientRequest {

	private final String client;

	private final String route;

	private final ContextView context;

	private Header header;

	private CallObserver.@Nullable Ending ending;

	ClientRequest(String client, String route, Header header, ContextView context) {
		this.client = client;
		this.route = route;
		this.header = header;
		this.context = context;
	}

	/**
	 * The name of the client.
	 * @return the name
	 */
	public String client() {
		return this.client;
	}

	/**
	 * The route as the application wrote it, its variables not filled in.
	 * @return the route, empty for none
	 */
	public String route() {
		return this.route;
	}

	/**
	 * The header so far.
	 * @return the header
	 */
	public Header header() {
		return this.header;
	}

	/**
	 * Add to the header, or replace what is there.
	 * @param key the key
	 * @param value a string, an integer, a boolean, or a list or map of these
	 */
	public void header(String key, Object value) {
		this.header = this.header.with(key, value);
	}

	/**
	 * What the subscriber brought along, if there is one.
	 * @return the context, empty for calls that are not reactive
	 */
	public ContextView context() {
		return this.context;
	}

	ClientRequest observedBy(@Nullable CallObserver observer) {
		if (observer != null) {
			this.ending = observer.calling(this);
		}
		return this;
	}

	CallObserver.@Nullable Ending ending() {
		return this.ending;
	}

}
