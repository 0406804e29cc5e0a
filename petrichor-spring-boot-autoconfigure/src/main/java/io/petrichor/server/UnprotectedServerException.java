package io.petrichor.server;

import java.net.InetSocketAddress;

import org.springframework.boot.diagnostics.FailureAnalyzedException;

/**
 * The server would have let everybody in from a network.
 *
 * @since 0.1.0
 */
public class UnprotectedServerException extends FailureAnalyzedException {

	private static final long serialVersionUID = 1L;

	UnprotectedServerException(InetSocketAddress address) {
		super("The Petrichor server would listen on %s, which is not loopback, and let everybody in: there is no PetrichorAuthenticator."
			.formatted(address),
				"""
						Do one of these:

						  - Say who may connect: define a PetrichorAuthenticator bean, or set 'petrichor.server.authentication.users', '.tokens' or '.client-certificates'.
						  - Listen on loopback only: remove 'petrichor.server.address', or set it to 127.0.0.1.
						  - Let everybody in: set 'petrichor.server.authentication.allow-anonymous=true'.""");
	}

}
