package io.petrichor.handler;

import java.util.Collection;

import org.jspecify.annotations.Nullable;

/**
 * The connections of a server whose peers were let in, to find one and send to it. May be
 * used from any thread; what it returns is a picture of the moment.
 *
 * @since 0.1.0
 */
public interface PetrichorConnections {

	/**
	 * All connections.
	 * @return the connections, in no particular order
	 */
	Collection<PetrichorConnection> all();

	/**
	 * The connection with an id.
	 * @param id the id, from {@link PetrichorConnection#id()}
	 * @return the connection, or null if it is gone
	 */
	@Nullable PetrichorConnection byId(String id);

	/**
	 * The connections of a user, by the name of the principal that an authenticator gave
	 * them. What peers call themselves does not count.
	 * @param name the name of the principal
	 * @return the connections, none if the user has none
	 */
	Collection<PetrichorConnection> ofUser(String name);

}
