package io.petrichor.tnetstring;

/**
 * Bytes that are not a TNetstring, or not one we read. The message holds the reason and
 * the byte offset, never any of the content. Carries no stack trace: a peer may cause as
 * many as it likes.
 *
 * @since 0.1.0
 */
public class TNetstringException extends RuntimeException {

	private final Kind kind;

	private final long offset;

	/**
	 * An error at a byte.
	 * @param kind what kind of error
	 * @param reason the reason, in words, without content
	 * @param offset the byte's distance from the start of the value
	 */
	public TNetstringException(Kind kind, String reason, long offset) {
		super(reason + " at byte " + offset, null, false, false);
		this.kind = kind;
		this.offset = offset;
	}

	/**
	 * What kind of error this is.
	 * @return the kind
	 */
	public Kind kind() {
		return this.kind;
	}

	/**
	 * Where the error is.
	 * @return the distance in bytes from the start of the value
	 */
	public long offset() {
		return this.offset;
	}

	/** Kinds of error. */
	public enum Kind {

		/** Good so far: more bytes could make it valid. */
		INCOMPLETE,

		/** No further bytes could make it valid. */
		MALFORMED,

		/** Over one of the {@link TNetstringLimits}. */
		TOO_BIG

	}

}
