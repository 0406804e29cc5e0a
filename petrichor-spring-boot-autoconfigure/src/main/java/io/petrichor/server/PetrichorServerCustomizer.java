package io.petrichor.server;

import reactor.netty.tcp.TcpServer;

/**
 * Changes the socket of the server before it listens. Beans of this type are asked in
 * their order, after everything the properties say.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PetrichorServerCustomizer {

	/**
	 * Change the socket.
	 * @param server the server as it is so far
	 * @return the server as it should be
	 */
	TcpServer customize(TcpServer server);

}
