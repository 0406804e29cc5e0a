package io.petrichor.handler;

import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.ErrorCode;

/**
 * A handler for those who have a role. Handlers for everybody do without it.
 *
 * @param roles the roles, each of which is enough
 * @param next the handler
 */
record Guarded(Set<String> roles, Handler next) implements Handler {

	private static final PetrichorException DENIED = PetrichorException.refusal(ErrorCode.DENIED, "denied");

	static Handler by(String[] roles, Handler handler) {
		return (roles.length == 0) ? handler : new Guarded(Set.of(roles), handler);
	}

	@Override
	public @Nullable Object handle(Request request) throws Exception {
		for (String role : request.connection().roles()) {
			if (this.roles.contains(role)) {
				return this.next.handle(request);
			}
		}
		throw DENIED;
	}

	@Override
	public String toString() {
		return this.next.toString();
	}

}
