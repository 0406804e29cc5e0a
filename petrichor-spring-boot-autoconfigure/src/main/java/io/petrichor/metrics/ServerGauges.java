package io.petrichor.metrics;

import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

import io.petrichor.handler.PetrichorHandlerExecutor;
import io.petrichor.server.ConnectionInfo;
import io.petrichor.server.PetrichorServer;

/**
 * Measures how things stand with a server, whenever somebody asks.
 *
 * @since 0.1.0
 */
public final class ServerGauges implements MeterBinder {

	private static final String PREFIX = "petrichor.server";

	private final PetrichorServer server;

	private final PetrichorHandlerExecutor executor;

	/**
	 * Create the gauges.
	 * @param server the server
	 * @param executor where its handlers run
	 */
	public ServerGauges(PetrichorServer server, PetrichorHandlerExecutor executor) {
		this.server = server;
		this.executor = executor;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Gauge.builder(PREFIX + ".connections.active", this.server, PetrichorServer::connectionCount)
			.description("Connections, handshakes included")
			.register(registry);
		Gauge.builder(PREFIX + ".connections.limit", this.server, (server) -> server.maxConnections())
			.description("Most connections at once")
			.register(registry);
		Gauge.builder(PREFIX + ".requests.in.flight", this, (gauges) -> gauges.sum(ConnectionInfo::inFlight))
			.description("Requests that were read and are not answered")
			.register(registry);
		Gauge.builder(PREFIX + ".input.buffered", this, (gauges) -> gauges.sum(ConnectionInfo::buffered))
			.description("Bytes held of messages that have begun and not ended")
			.baseUnit(BaseUnits.BYTES)
			.register(registry);
		Gauge.builder(PREFIX + ".output.pending", this, (gauges) -> gauges.sum(ConnectionInfo::pendingOutput))
			.description("Bytes of replies that peers have not read")
			.baseUnit(BaseUnits.BYTES)
			.register(registry);
		Gauge
			.builder(PREFIX + ".tls.certificate.expiry", this.server,
					(server) -> daysLeft(server.certificateExpiresAt(), registry.config().clock()))
			.description("Days until the certificate runs out, or the first of several; NaN without TLS")
			.baseUnit("days")
			.register(registry);
		Gauge.builder(PREFIX + ".handlers.queued", this.executor, PetrichorHandlerExecutor::queued)
			.description("Batches of requests that wait for a thread of the handler executor")
			.register(registry);
	}

	private static double daysLeft(@Nullable Instant expiresAt, Clock clock) {
		return (expiresAt != null) ? (expiresAt.toEpochMilli() - clock.wallTime()) / (double) TimeUnit.DAYS.toMillis(1)
				: Double.NaN;
	}

	private long sum(ToLongFunction<ConnectionInfo> value) {
		return this.server.connections().mapToLong(value).sum();
	}

}
