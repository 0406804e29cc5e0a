package io.petrichor.metrics;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

import io.petrichor.client.ClientListener;
import io.petrichor.client.DisconnectReason;
import io.petrichor.client.PetrichorClient;
import io.petrichor.client.PetrichorClient.Connection;
import io.petrichor.client.PetrichorClient.State;
import io.petrichor.handler.Outcome;

/**
 * Counts what happens to clients, and measures how things stand with them. A meter can be
 * registered only once, and the name of a client is what tells its meters from those of
 * others: so all clients with one name share their meters. What is counted goes on with
 * the next of them; how things stand is the sum over those that are not closed. Meters
 * are registered with the first, but for the timers of calls: one for each route the
 * application has called and each outcome, up to a hundred routes.
 *
 * @since 0.1.0
 */
public final class ClientMetrics extends TrafficMetrics implements ClientListener {

	private static final String PREFIX = "petrichor.client";

	private static final int MAX_ROUTES = 100;

	/** By registry and by name; nothing here holds a registry. */
	private static final Map<MeterRegistry, Map<String, ClientMetrics>> NAMES = Collections
		.synchronizedMap(new WeakHashMap<>());

	private final Set<PetrichorClient> clients = Collections.newSetFromMap(new WeakHashMap<>());

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

	private ClientMetrics(MeterRegistry registry, Tags tags, boolean timed) {
		super(registry, PREFIX, tags);
		this.calls = !timed ? null : new RouteTimers(registry, PREFIX + ".calls",
				"From when a call was made to its end", tags, MAX_ROUTES);
		this.resent = counter(registry, ".calls.resent", "Calls sent again since the server had not executed them",
				tags);
		this.opened = opened(registry, tags);
		this.closed = EachValue.meter(DisconnectReason.class, (reason) -> counter(registry, ".connections.closed",
				"Connections that were opened and are gone", tags.and("reason", reason)));
		this.failed = counter(registry, ".connections.failed", "Connects that reached nobody", tags);
		this.reconnects = counter(registry, ".reconnects", "Times the client was connected again", tags);
		this.allowed = handshakes(registry, tags.and("outcome", "allowed"));
		this.denied = handshakes(registry, tags.and("outcome", "denied"));
		this.error = handshakes(registry, tags.and("outcome", "error"));
		this.timeout = handshakes(registry, tags.and("outcome", "timeout"));
		Gauge.builder(PREFIX + ".calls.in.flight", this, (metrics) -> metrics.sum(Connection::inFlight))
			.description("Calls that wait for replies")
			.tags(tags)
			.register(registry);
		Gauge.builder(PREFIX + ".calls.waiting", this, (metrics) -> metrics.sum(Connection::waiting))
			.description("Calls that wait to be sent")
			.tags(tags)
			.register(registry);
		for (State state : State.values()) {
			Gauge.builder(PREFIX + ".state", this, (metrics) -> metrics.inState(state))
				.description("1 for the state the client is in, 0 for the others")
				.tags(tags.and("state", EachValue.tag(state)))
				.register(registry);
		}
	}

	/**
	 * The meters of a client, perhaps with others of its name.
	 * @param registry where they are registered
	 * @param client the client
	 * @param timed whether calls are timed here, and not by observations; the first
	 * client of a name decides
	 * @return the listener of the client
	 */
	public static ClientMetrics of(MeterRegistry registry, PetrichorClient client, boolean timed) {
		Tags tags = Tags.of("client", client.name());
		ClientMetrics metrics = NAMES.computeIfAbsent(registry, (key) -> new ConcurrentHashMap<>())
			.compute(client.name(), (name, known) -> (known != null && known.opened == opened(registry, tags)) ? known
					: new ClientMetrics(registry, tags, timed));
		metrics.add(client);
		return metrics;
	}

	private synchronized void add(PetrichorClient client) {
		this.clients.add(client);
	}

	private synchronized long sum(ToLongFunction<Connection> figure) {
		return this.clients.stream()
			.map(PetrichorClient::connection)
			.filter((connection) -> connection.state() != State.CLOSED)
			.mapToLong(figure)
			.sum();
	}

	/** They are closed only if all of them are. */
	private long inState(State state) {
		return (state == State.CLOSED) ? (sum((connection) -> 1) > 0) ? 0 : 1
				: sum((connection) -> (connection.state() == state) ? 1 : 0);
	}

	/** The same one each time, unless meters have been removed. */
	private static Counter opened(MeterRegistry registry, Tags tags) {
		return counter(registry, ".connections.opened", "Connections, TLS included", tags);
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
