package io.petrichor.client;

import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

/**
 * The server answered a call with an error.
 *
 * @since 0.1.0
 */
public class PetrichorRemoteException extends PetrichorClientException {

	private static final long serialVersionUID = 1L;

	private final String code;

	private final transient Message reply;

	PetrichorRemoteException(String code, Message reply) {
		super(code + ": " + reply.body(), !isNotExecuted(code), null);
		this.code = code;
		this.reply = reply;
	}

	/**
	 * The error code: one of the protocol's, or one of the application that begins with
	 * {@code app.}.
	 * @return the code as the server sent it
	 */
	public String code() {
		return this.code;
	}

	/**
	 * Whether the error is this one of the protocol.
	 * @param code the code
	 * @return true if it is
	 */
	public boolean is(ErrorCode code) {
		return this.code.equals(code.wireName());
	}

	/**
	 * The body of the reply, most often a readable sentence.
	 * @return the body
	 */
	public TNetstring body() {
		return this.reply.body();
	}

	/**
	 * The header of the reply.
	 * @return the header
	 */
	public Header header() {
		return this.reply.header();
	}

	/**
	 * Whether the server promises that the call was not executed, as with {@code busy}
	 * and {@code going}.
	 * @return true if it is safe to call again
	 */
	public boolean isNotExecuted() {
		return !isMaybeExecuted();
	}

	/** The code of a reply, or null if it is no error. */
	static @Nullable String code(Header header) {
		return header.isEmpty() ? null : header.text(HeaderKeys.ERROR);
	}

	static boolean isNotExecuted(String code) {
		return code.equals(ErrorCode.BUSY.wireName()) || code.equals(ErrorCode.GOING.wireName());
	}

}
