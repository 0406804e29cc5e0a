package io.petrichor.handler;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;

/**
 * The routes and their handlers. Filled at start-up from the methods marked with
 * {@link PetrichorHandler}; an application may add its own.
 *
 * @since 0.1.0
 */
public final class HandlerRegistry {

	private static final Route NO_ROUTE = new Route("UNKNOWN", (request) -> {
		throw new PetrichorException(ErrorCode.NO_ROUTE, "no handler for this route");
	}, false);

	private final ReentrantLock writing = new ReentrantLock();

	private volatile Map<String, Route> routes = Map.of();

	private volatile Route defaultRoute = NO_ROUTE;

	/**
	 * Register a handler that may block.
	 * @param route the route, or an empty string for the default handler
	 * @param handler the handler
	 * @throws AmbiguousRouteException if the route is taken
	 */
	public void register(String route, Handler handler) {
		register(route, true, handler);
	}

	/**
	 * Register a handler.
	 * @param route the route, or an empty string for the default handler
	 * @param blocking false to run on the event loop
	 * @param handler the handler
	 * @throws AmbiguousRouteException if the route is taken
	 */
	public void register(String route, boolean blocking, Handler handler) {
		Assert.notNull(route, "'route' must not be null");
		Assert.notNull(handler, "'handler' must not be null");
		register(new Route(route, handler, blocking));
	}

	void register(Route route) {
		this.writing.lock();
		try {
			Map<String, Route> changed = new LinkedHashMap<>(this.routes);
			Route taken = changed.putIfAbsent(route.pattern(), route);
			if (taken != null) {
				throw new AmbiguousRouteException(route, taken);
			}
			this.routes = changed;
			if (route.pattern().isEmpty()) {
				this.defaultRoute = route;
			}
		}
		finally {
			this.writing.unlock();
		}
	}

	/**
	 * The registered routes.
	 * @return the patterns, an empty one for the default handler
	 */
	public Collection<String> routes() {
		return Collections.unmodifiableCollection(this.routes.keySet());
	}

	/**
	 * The registered routes with their handlers.
	 * @return one for each route
	 */
	public List<RouteInfo> infos() {
		return this.routes.values()
			.stream()
			.map((route) -> new RouteInfo(route.pattern(), route.handler().toString(), route.blocking()))
			.toList();
	}

	/**
	 * Whether there is anything that could answer a request.
	 * @return true if no handler is registered
	 */
	public boolean isEmpty() {
		return this.routes.isEmpty();
	}

	Route find(Header header) {
		if (header.isEmpty()) {
			return this.defaultRoute;
		}
		Object to = header.get(HeaderKeys.TO);
		if (to == null) {
			return this.defaultRoute;
		}
		@Nullable Route route = (to instanceof String name && !name.isEmpty()) ? this.routes.get(name) : null;
		return (route != null) ? route : NO_ROUTE;
	}

}
