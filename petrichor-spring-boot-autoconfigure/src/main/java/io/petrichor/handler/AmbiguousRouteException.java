package io.petrichor.handler;

import org.springframework.boot.diagnostics.FailureAnalyzedException;

/**
 * Two handlers want the same route.
 *
 * @since 0.1.0
 */
public class AmbiguousRouteException extends FailureAnalyzedException {

	private static final long serialVersionUID = 1L;

	AmbiguousRouteException(Route route, Route taken) {
		super("Two handlers are registered for %s:%n%n\t%s%n\t%s".formatted(route, taken.handler(), route.handler()),
				"Give one of them another route, or remove it.");
	}

}
