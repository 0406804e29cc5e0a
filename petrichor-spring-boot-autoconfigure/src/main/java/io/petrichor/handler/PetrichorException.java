package io.petrichor.handler;

import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.ErrorCode;

/**
 * Ends a request with an error reply of the handler's choosing. Code and body are shown
 * to the peer as they are.
 *
 * @since 0.1.0
 */
public class PetrichorException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final transient PetrichorError error;

	/**
	 * An error of the protocol.
	 * @param code the code
	 * @param body a readable sentence, or anything else that has a TNetstring
	 */
	public PetrichorException(ErrorCode code, @Nullable Object body) {
		this(code.wireName(), body, null);
	}

	/**
	 * An error of the application.
	 * @param code the code, which begins with {@code app.}
	 * @param body a readable sentence, or anything else that has a TNetstring
	 */
	public PetrichorException(String code, @Nullable Object body) {
		this(code, body, null);
	}

	/**
	 * An error with a cause, which is not shown to the peer.
	 * @param code the code
	 * @param body a readable sentence, or anything else that has a TNetstring
	 * @param cause the cause
	 */
	public PetrichorException(String code, @Nullable Object body, @Nullable Throwable cause) {
		super(code + ": " + body, cause);
		this.error = PetrichorError.of(code, body);
	}

	/**
	 * An error that is there already.
	 * @param error the error, with a hint to retry if it has one
	 * @param cause the cause, which is not shown to the peer
	 */
	public PetrichorException(PetrichorError error, @Nullable Throwable cause) {
		super(error.code() + ": " + error.body(), cause);
		this.error = error;
	}

	private PetrichorException(PetrichorError error) {
		super(error.code() + ": " + error.body(), null, false, false);
		this.error = error;
	}

	/**
	 * What a peer brings about itself, as often as it likes: nobody looks for it in the
	 * code, so it has no stack trace and may be thrown again and again.
	 */
	static PetrichorException refusal(ErrorCode code, Object body) {
		return new PetrichorException(PetrichorError.of(code, body));
	}

	/**
	 * What the peer is told.
	 * @return the error
	 */
	public PetrichorError error() {
		return this.error;
	}

	/**
	 * The value of the header key {@code error}.
	 * @return the code
	 */
	public String code() {
		return this.error.code();
	}

	/**
	 * The body of the reply.
	 * @return the body
	 */
	public @Nullable Object body() {
		return this.error.body();
	}

}
