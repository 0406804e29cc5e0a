package io.petrichor.protocol;

/**
 * A peer broke the protocol; its connection cannot go on. The message says why and where,
 * never what the peer sent.
 *
 * @since 0.1.0
 */
public class ProtocolException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final ErrorCode code;

	/**
	 * Create an exception.
	 * @param code {@link ErrorCode#BAD_REQUEST} or {@link ErrorCode#TOO_BIG}
	 * @param message the reason, fit to be shown to the peer
	 */
	public ProtocolException(ErrorCode code, String message) {
		super(message, null, false, false);
		this.code = code;
	}

	/**
	 * The code to answer with.
	 * @return the code
	 */
	public ErrorCode code() {
		return this.code;
	}

}
