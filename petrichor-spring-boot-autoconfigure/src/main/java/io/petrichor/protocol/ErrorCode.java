package io.petrichor.protocol;

import java.util.Locale;

/**
 * The error codes of the protocol. An application's own codes begin with {@code app.} and
 * are plain strings.
 *
 * @since 0.1.0
 */
public enum ErrorCode {

	/** The request, or the pair it came in, cannot be read as what was expected. */
	BAD_REQUEST,

	/** The peer may not do this. */
	DENIED,

	/** No handler has this route. */
	NO_ROUTE,

	/** The request contradicts an earlier one. */
	CONFLICT,

	/** The request or its reply is over a limit. */
	TOO_BIG,

	/** Not executed, because there is too much to do; may be sent again. */
	BUSY,

	/** Not executed, because this side is about to close; may be sent again. */
	GOING,

	/** The time for the request was over before its reply was there. */
	TIMEOUT,

	/** The request was given up by its sender. */
	CANCELLED,

	/** The handler failed; the reply has a reference to the log and nothing else. */
	INTERNAL;

	private final String wireName = name().toLowerCase(Locale.ROOT);

	/**
	 * The code as it stands in a header.
	 * @return the code in lower case
	 */
	public String wireName() {
		return this.wireName;
	}

}
