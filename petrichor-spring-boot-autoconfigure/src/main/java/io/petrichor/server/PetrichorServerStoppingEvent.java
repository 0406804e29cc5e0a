package io.petrichor.server;

import org.springframework.context.ApplicationEvent;

/**
 * The server is about to stop, and still takes everybody in. Whoever sends it traffic
 * should hear of it now.
 *
 * @since 0.1.0
 */
public class PetrichorServerStoppingEvent extends ApplicationEvent {

	private static final long serialVersionUID = 1L;

	PetrichorServerStoppingEvent(PetrichorServer server) {
		super(server);
	}

	/**
	 * The server.
	 * @return the server, which still listens
	 */
	public PetrichorServer server() {
		return (PetrichorServer) getSource();
	}

}
