package io.petrichor.health;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import io.petrichor.client.PetrichorClient;
import io.petrichor.protocol.Printable;

/**
 * The health of a client: up while it is connected, unknown as long as it had no reason
 * to connect, out of service once it was closed, and down if it cannot connect.
 *
 * @since 0.1.0
 */
public final class PetrichorClientHealthIndicator extends AbstractHealthIndicator {

	private final PetrichorClient client;

	/**
	 * Create an indicator.
	 * @param client the client
	 */
	public PetrichorClientHealthIndicator(PetrichorClient client) {
		super("Petrichor client health check failed");
		this.client = client;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		PetrichorClient.@Nullable Connection connection = this.client.connection();
		if (connection == null) { // the mock of a test
			builder.unknown();
			return;
		}
		Throwable failure = connection.failure();
		switch (connection.state()) {
			case CONNECTED -> builder.up();
			case CLOSED -> builder.outOfService();
			case DENIED, WAITING -> builder.down();
			default -> builder.status((failure != null) ? Status.DOWN : Status.UNKNOWN);
		}
		builder.withDetail("client", this.client.name()).withDetail("state", connection.state());
		if (connection.address() != null) {
			builder.withDetail("address", connection.address().toString());
		}
		if (failure != null) {
			builder.withDetail("error", Printable.of(String.valueOf(failure.getMessage())));
		}
	}

}
