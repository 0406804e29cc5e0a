package io.petrichor.autoconfigure;

import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.context.SmartLifecycle;

import io.petrichor.client.PetrichorClient;
import io.petrichor.client.PetrichorClientException;

/**
 * Connects a client when the application starts, before its servers listen. The client is
 * closed as a bean, after everything that uses it.
 */
final class PetrichorClientStart implements SmartLifecycle {

	private final PetrichorClient client;

	private final String property;

	private volatile boolean running;

	/**
	 * Create it.
	 * @param client the client
	 * @param property the prefix of its properties
	 */
	PetrichorClientStart(PetrichorClient client, String property) {
		this.client = client;
		this.property = property;
	}

	@Override
	public void start() {
		try {
			this.client.connect();
			this.running = true;
		}
		catch (PetrichorClientException ex) {
			throw new EagerConnectException(this.client, this.property, ex);
		}
	}

	@Override
	public void stop() {
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return 0;
	}

	@Override
	public boolean isPauseable() {
		return false;
	}

	/** A client that must be connected could not be. */
	static final class EagerConnectException extends FailureAnalyzedException {

		private static final long serialVersionUID = 1L;

		EagerConnectException(PetrichorClient client, String property, PetrichorClientException cause) {
			super("%s could not connect: %s.".formatted(client, cause.getMessage()),
					"Start the server, correct the property '%s.address', or set '%s.eager' to false to connect with the first call."
						.formatted(property, property),
					cause);
		}

	}

}
