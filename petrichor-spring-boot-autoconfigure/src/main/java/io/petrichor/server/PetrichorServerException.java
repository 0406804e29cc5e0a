package io.petrichor.server;

import java.net.InetSocketAddress;

import org.springframework.boot.diagnostics.FailureAnalyzedException;

/**
 * The server cannot listen.
 *
 * @since 0.1.0
 */
public class PetrichorServerException extends FailureAnalyzedException {

	private static final long serialVersionUID = 1L;

	PetrichorServerException(InetSocketAddress address, Throwable cause) {
		super("The Petrichor server cannot listen on %s port %d: %s.".formatted(address.getAddress().getHostAddress(),
				address.getPort(), cause.getMessage()),
				"Stop what listens there, or choose another place with the properties 'petrichor.server.address' and "
						+ "'petrichor.server.port' (0 takes any free port).",
				cause);
	}

}
