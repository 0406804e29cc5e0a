package io.petrichor.server;

import org.springframework.context.ApplicationEvent;

/**
 * The server has begun to listen.
 *
 * @since 0.1.0
 */
public class PetrichorServerListeningEvent extends ApplicationEvent {

	private static final long serialVersionUID = 1L;

	PetrichorServerListeningEvent(PetrichorServer server) {
		super(server);
	}

	/**
	 * The server.
	 * @return the server, whose port is known by now
	 */
	public PetrichorServer server() {
		return (PetrichorServer) getSource();
	}

}
