package io.petrichor.client;

import java.lang.reflect.Type;

/**
 * The server has answered a call, but not with what its caller asked for. The call was
 * executed.
 *
 * @since 0.1.0
 */
public class PetrichorUnreadableReplyException extends PetrichorClientException {

	private static final long serialVersionUID = 1L;

	PetrichorUnreadableReplyException(Type type, String why, Throwable cause) {
		super("the reply cannot be read as %s: %s".formatted(type.getTypeName(), why), true, cause);
	}

}
