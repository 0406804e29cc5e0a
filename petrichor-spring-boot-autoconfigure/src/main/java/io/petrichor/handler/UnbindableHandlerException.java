package io.petrichor.handler;

import java.lang.reflect.Method;

import org.springframework.boot.diagnostics.FailureAnalyzedException;

/**
 * A method marked as a handler cannot be one.
 *
 * @since 0.1.0
 */
public class UnbindableHandlerException extends FailureAnalyzedException {

	private static final long serialVersionUID = 1L;

	UnbindableHandlerException(Method method, String reason, String action) {
		super("The handler method%n%n\t%s%n%n%s".formatted(method.toGenericString(), reason), action);
	}

}
