package io.petrichor.server;

import io.netty.bootstrap.ServerBootstrap;

/**
 * Changes the socket of the server before it listens. Beans of this type are asked in
 * their order, after everything the properties say.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PetrichorServerCustomizer {

	/**
	 * Change the socket: its address, options, or the handler of new connections, which
	 * is already set and to be kept.
	 * @param server the server as it is so far
	 */
	void customize(ServerBootstrap server);

}
