package io.petrichor.metrics;

import java.time.Duration;
import java.util.List;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

import io.petrichor.client.ClientListener;
import io.petrichor.client.DisconnectReason;
import io.petrichor.client.PetrichorClient;
import io.petrichor.client.PetrichorClient.State;
import io.petrichor.handler.Outcome;

/**
 * Counts what happens to one client, and measures how things stand with it. Its name is a
 * tag of all its meters. They are registered here and now, but for the timers of calls:
 * one for each route the application has called and each outcome, up to a hundred routes.
 *
 * @since 0.1.0
 */
public final class ClientMetrics extends TrafficMetrics implements ClientListener {

	private static final String PREFIX = "petrichor.client";

	private static final int MAX_ROUTES = 100;

	private final @Nullable RouteTimers calls;

	private final Counter resent;

	private final Counter opened;

	private final List<Counter> closed;

	private final Counter failed;

	private final Counter reconnects;

	private final Timer allowed;

	private final Timer denied;

	private final Timer error;

	private final Timer timeout;

	/**
	 * Create the meters.
	 * @param registry where they are registered
	 * @param client the client
	 * @param timed whether calls are timed here, and not by observations
	 */
	public ClientMetrics(MeterRegistry registry, PetrichorClient client, boolean timed) {
		super(registry, PREFIX, tags(client));
		Tags tags = tags(client);
		this.calls = !timed ? null : new RouteTimers(registry, PREFIX + ".calls",
				"From when a call was made to its end", tags, MAX_ROUTES);
		this.resent = counter(registry, ".calls.resent", "Calls sent again since the server had not executed them",
				tags);
		this.opened = counter(registry, ".connections.opened", "Connections, TLS included", tags);
		this.closed = EachValue.meter(DisconnectReason.class, (reason) -> counter(registry, ".connections.closed",
				"Connections that were opened and are gone", tags.and("reason", reason)));
		this.failed = counter(registry, ".connections.failed", "Connects that reached nobody", tags);
		this.reconnects = counter(registry, ".reconnects", "Times the client was connected again", tags);
		this.allowed = handshakes(registry, tags.and("outcome", "allowed"));
		this.denied = handshakes(registry, tags.and("outcome", "denied"));
		this.error = handshakes(registry, tags.and("outcome", "error"));
		this.timeout = handshakes(registry, tags.and("outcome", "timeout"));
		Gauge.builder(PREFIX + ".calls.in.flight", client, (each) -> each.connection().inFlight())
			.description("Calls that wait for replies")
			.tags(tags)
			.register(registry);
		Gauge.builder(PREFIX + ".calls.waiting", client, (each) -> each.connection().waiting())
			.description("Calls that wait to be sent")
			.tags(tags)
			.register(registry);
		for (State state : State.values()) {
			Gauge.builder(PREFIX + ".state", client, (each) -> (each.connection().state() == state) ? 1 : 0)
				.description("1 for the state the client is in, 0 for the others")
				.tags(tags.and("state", EachValue.tag(state)))
				.register(registry);
		}
	}

	private static Tags tags(PetrichorClient client) {
		return Tags.of("client", client.name());
	}

	private static Counter counter(MeterRegistry registry, String name, String description, Tags tags) {
		return Counter.builder(PREFIX + name).description(description).tags(tags).register(registry);
	}

	private static Timer handshakes(MeterRegistry registry, Tags tags) {
		return Timer.builder(PREFIX + ".handshakes")
			.description("From the begin of a connect to the server's decision")
			.tags(tags)
			.register(registry);
	}

	@Override
	public void callsEnded(String route, Outcome outcome, int calls, long nanos, long longest) {
		if (this.calls != null) {
			this.calls.record(route, outcome, calls, nanos, longest);
		}
	}

	@Override
	public void callResent() {
		this.resent.increment();
	}

	@Override
	public void connectionOpened() {
		this.opened.increment();
	}

	@Override
	public void connectionClosed(DisconnectReason reason) {
		this.closed.get(reason.ordinal()).increment();
	}

	@Override
	public void connectFailed() {
		this.failed.increment();
	}

	@Override
	public void handshakeEnded(@Nullable DisconnectReason failure, long nanos) {
		handshakes(failure).record(Duration.ofNanos(nanos));
	}

	private Timer handshakes(@Nullable DisconnectReason failure) {
		if (failure == null) {
			return this.allowed;
		}
		return switch (failure) {
			case DENIED -> this.denied;
			case HANDSHAKE_TIMEOUT -> this.timeout;
			default -> this.error;
		};
	}

	@Override
	public void reconnected() {
		this.reconnects.increment();
	}

}
