package io.petrichor.client;

import java.lang.reflect.Method;

import org.springframework.boot.diagnostics.FailureAnalyzedException;

/**
 * A method of an interface cannot be a call of a server.
 *
 * @since 0.1.0
 */
public class InvalidExchangeException extends FailureAnalyzedException {

	private static final long serialVersionUID = 1L;

	InvalidExchangeException(Method method, String reason, String action) {
		super("The method%n%n\t%s%n%n%s".formatted(method.toGenericString(), reason), action);
	}

}
