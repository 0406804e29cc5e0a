package io.petrichor.server.auth;

import java.security.Principal;

/**
 * A principal that is a name and nothing else.
 *
 * @param name the name
 */
record NamedPrincipal(String name) implements Principal {

	@Override
	public String getName() {
		return this.name;
	}

	@Override
	public String toString() {
		return this.name;
	}

}
