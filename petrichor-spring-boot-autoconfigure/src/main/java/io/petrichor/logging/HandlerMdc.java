package io.petrichor.logging;

import java.security.Principal;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

import io.petrichor.handler.Outcome;
import io.petrichor.handler.PetrichorConnection;
import io.petrichor.handler.Request;
import io.petrichor.handler.RequestListener;
import io.petrichor.handler.RequestObservation;
import io.petrichor.handler.RouteInfo;
import io.petrichor.protocol.Printable;

/**
 * Puts {@code petrichor.connection}, {@code petrichor.user} and {@code petrichor.route}
 * into the MDC of handlers, while they run. The user is the one that an authenticator
 * vouches for.
 *
 * @since 0.1.0
 */
public final class HandlerMdc implements RequestListener {

	private static final String CONNECTION = "petrichor.connection";

	private static final String USER = "petrichor.user";

	private static final String ROUTE = "petrichor.route";

	@Override
	public RequestObservation accepted(Request request) {
		return new Names(request);
	}

	private record Names(Request request) implements RequestObservation {

		@Override
		public Scope open() {
			PetrichorConnection connection = this.request.connection();
			@Nullable Principal principal = connection.principal();
			MDC.put(CONNECTION, connection.id());
			MDC.put(ROUTE, RouteInfo.nameOf(this.request.route()));
			if (principal != null) {
				MDC.put(USER, Printable.of(principal.getName()));
			}
			return () -> {
				MDC.remove(CONNECTION);
				MDC.remove(ROUTE);
				MDC.remove(USER);
			};
		}

		@Override
		public void ended(Outcome outcome, @Nullable Throwable failure) {
		}

	}

}
