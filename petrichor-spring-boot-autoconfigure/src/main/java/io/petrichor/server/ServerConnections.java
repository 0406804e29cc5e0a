package io.petrichor.server;

import java.security.Principal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import io.petrichor.handler.PetrichorConnection;
import io.petrichor.handler.PetrichorConnections;

/**
 * The connections whose peers were let in. Made before the server, which fills it, so
 * that what the server needs can ask for it.
 *
 * @since 0.1.0
 */
public final class ServerConnections implements PetrichorConnections {

	private final Map<String, PetrichorConnection> byId = new ConcurrentHashMap<>();

	void add(PetrichorConnection connection) {
		this.byId.put(connection.id(), connection);
	}

	/** Whether it was there. */
	boolean remove(PetrichorConnection connection) {
		return this.byId.remove(connection.id(), connection);
	}

	@Override
	public Collection<PetrichorConnection> all() {
		return List.copyOf(this.byId.values());
	}

	@Override
	public @Nullable PetrichorConnection byId(String id) {
		return this.byId.get(id);
	}

	@Override
	public Collection<PetrichorConnection> ofUser(String name) {
		return this.byId.values().stream().filter((connection) -> isOf(name, connection.principal())).toList();
	}

	private static boolean isOf(String name, @Nullable Principal principal) {
		return principal != null && name.equals(principal.getName());
	}

}
