package io.petrichor.health;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

import io.petrichor.server.PetrichorServer;

/**
 * The health of a server: up while it listens, out of service once it was stopped,
 * unknown if it never listened because there is no handler.
 *
 * @since 0.1.0
 */
public final class PetrichorServerHealthIndicator extends AbstractHealthIndicator {

	private final PetrichorServer server;

	/**
	 * Create an indicator.
	 * @param server the server
	 */
	public PetrichorServerHealthIndicator(PetrichorServer server) {
		super("Petrichor server health check failed");
		this.server = server;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		if (this.server.port() >= 0) {
			builder.up().withDetail("port", this.server.port());
		}
		else if (this.server.since() != null) {
			builder.outOfService();
		}
		else {
			builder.unknown();
		}
		if (this.server.since() != null) {
			builder.withDetail("since", this.server.since());
		}
		builder.withDetail("connections", this.server.connectionCount())
			.withDetail("limit", this.server.maxConnections());
	}

}
