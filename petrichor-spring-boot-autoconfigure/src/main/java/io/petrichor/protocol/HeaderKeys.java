package io.petrichor.protocol;

/**
 * The header keys with a meaning in the protocol. Every other key belongs to the
 * application.
 *
 * @since 0.1.0
 */
public final class HeaderKeys {

	/** In the answer to a handshake: whether the peer was let in. */
	public static final String ALLOWED = "allowed";

	/** In a handshake: the name the peer goes by. */
	public static final String USER = "user";

	/** In a handshake: what tells this peer from others of the same user. */
	public static final String IDENT = "ident";

	/** In a handshake: the version of the application. */
	public static final String VERSION = "version";

	/** In a handshake: what the sender is ready to receive. */
	public static final String CAN = "can";

	/** In a request: the route. */
	public static final String TO = "to";

	/** In a request: the number its replies will carry. */
	public static final String ID = "id";

	/** In a reply: the number of the request it answers. */
	public static final String RE = "re";

	/** In a reply: the error code. */
	public static final String ERROR = "error";

	/**
	 * With an error, a denial or a goodbye: milliseconds until another try makes sense.
	 */
	public static final String RETRY = "retry";

	/** In a reply: others follow. */
	public static final String MORE = "more";

	/** Beside an id: the request of that number is no longer wanted. */
	public static final String CANCEL = "cancel";

	/** In a request: no reply is wanted. */
	public static final String ONEWAY = "oneway";

	/** In a request: answered below the handlers, to show that the peer lives. */
	public static final String PING = "ping";

	/** In a request: milliseconds that the caller will still wait. */
	public static final String TTL = "ttl";

	/** The sender takes no new requests, finishes the open ones, and closes. */
	public static final String BYE = "bye";

	private HeaderKeys() {
	}

}
