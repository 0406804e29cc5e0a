package io.petrichor.actuate;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

import io.petrichor.handler.HandlerRegistry;
import io.petrichor.handler.RouteInfo;
import io.petrichor.server.ConnectionInfo;
import io.petrichor.server.PetrichorServer;
import io.petrichor.server.ServerLimits;

/**
 * {@code /actuator/petrichor}: handlers, limits and connections, and with more access
 * than reading a hand on them. Not exposed unless the application says so.
 *
 * @since 0.1.0
 */
@Endpoint(id = "petrichor", defaultAccess = Access.READ_ONLY)
public final class PetrichorEndpoint {

	private static final int PAGE = 50;

	private static final int MOST = 1000;

	private final PetrichorServer server;

	private final HandlerRegistry registry;

	private final boolean showValues;

	private final Map<String, Tap> taps = new ConcurrentHashMap<>();

	/**
	 * Create the endpoint.
	 * @param server the server
	 * @param registry its handlers
	 * @param showValues whether taps show values and not only their types and sizes
	 */
	public PetrichorEndpoint(PetrichorServer server, HandlerRegistry registry, boolean showValues) {
		this.server = server;
		this.registry = registry;
		this.showValues = showValues;
	}

	/**
	 * The server, its handlers and a page of its connections, the oldest first.
	 * @param page the page, from 0
	 * @param size how many connections a page has, at most 1000; 50 if null
	 * @return the server
	 */
	@ReadOperation
	public Server server(@Nullable Integer page, @Nullable Integer size) {
		int limit = Math.min(Math.max((size != null) ? size : PAGE, 1), MOST);
		long skipped = (long) Math.max((page != null) ? page : 0, 0) * limit;
		List<ConnectionInfo> connections = this.server.connections()
			.sorted(Comparator.comparing(ConnectionInfo::since).thenComparing(ConnectionInfo::id))
			.skip(skipped)
			.limit(limit)
			.toList();
		return new Server(this.server.port() >= 0, this.server.port(), this.server.since(),
				this.server.maxConnections(), this.server.limits(), this.registry.infos(),
				this.server.connectionCount(), connections);
	}

	/**
	 * One connection, with the last messages if it is tapped.
	 * @param connection the id of the connection
	 * @return the connection, or null if there is no such
	 */
	@ReadOperation
	public @Nullable Connection connection(@Selector String connection) {
		return this.server.connections()
			.filter((candidate) -> candidate.id().equals(connection))
			.findAny()
			.map((info) -> new Connection(info, tapped(connection)))
			.orElse(null);
	}

	/**
	 * Keep the last messages of a connection from now on, instead of those kept before.
	 * @param connection the id of the connection
	 * @param tap how many, at most 1000; 0 to keep none any more
	 * @return the connection, or null if there is no such
	 */
	@WriteOperation
	public @Nullable Connection tap(@Selector String connection, int tap) {
		this.taps.keySet().retainAll(this.server.connections().map(ConnectionInfo::id).toList());
		if (tap <= 0) {
			this.taps.remove(connection);
			this.server.tap(connection, null);
		}
		else {
			Tap kept = new Tap(Math.min(tap, MOST), this.showValues);
			if (this.server.tap(connection, kept)) {
				this.taps.put(connection, kept);
			}
		}
		return connection(connection);
	}

	/**
	 * Close a connection.
	 * @param connection the id of the connection
	 * @return whether there was such a connection, or null if not
	 */
	@DeleteOperation
	public @Nullable Map<String, Boolean> disconnect(@Selector String connection) {
		this.taps.remove(connection);
		return this.server.disconnect(connection) ? Map.of("disconnected", true) : null;
	}

	/**
	 * Stop the server as the end of the application would: take nobody in, answer what
	 * was read, close.
	 * @return what happens now
	 */
	@DeleteOperation
	public Map<String, Integer> drain() {
		int connections = this.server.connectionCount();
		this.server.drain();
		return Map.of("draining", connections);
	}

	private List<Tap.Line> tapped(String connection) {
		Tap tap = this.taps.get(connection);
		return (tap != null) ? tap.lines() : List.of();
	}

	/**
	 * A server at one moment.
	 *
	 * @param listening whether it listens
	 * @param port where, or -1
	 * @param since when it began to listen
	 * @param maxConnections how many connections there may be at once
	 * @param limits what peers may cost
	 * @param handlers what requests can reach
	 * @param connectionCount all connections
	 * @param connections a page of them
	 */
	public record Server(boolean listening, int port, @Nullable Instant since, int maxConnections, ServerLimits limits,
			List<RouteInfo> handlers, int connectionCount, List<ConnectionInfo> connections) {
	}

	/**
	 * A connection at one moment.
	 *
	 * @param connection the connection
	 * @param messages its last messages, if it is tapped
	 */
	public record Connection(ConnectionInfo connection, List<Tap.Line> messages) {
	}

}
