package io.petrichor.handler;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;

/**
 * The routes and their handlers. Filled at start-up from the methods marked with
 * {@link PetrichorHandler}; an application may add its own at any time. Of several routes
 * that match a request, the exact one is taken; then the one whose first segments are
 * fixed where the others have a variable. Thread-safe.
 *
 * @since 0.1.0
 */
public final class HandlerRegistry {

	private static final PetrichorException NOWHERE = PetrichorException.refusal(ErrorCode.NO_ROUTE,
			"no handler for this route");

	private static final Route NO_ROUTE = new Route("UNKNOWN", (request) -> {
		throw NOWHERE;
	}, false);

	private final ReentrantLock writing = new ReentrantLock();

	/** All routes as they were registered, without interceptors. */
	private final List<Route> registered = new CopyOnWriteArrayList<>();

	private final Map<String, Route> exact = new ConcurrentHashMap<>();

	/** Those with variables, if there are any. Replaced when one is added. */
	private volatile @Nullable RouteTree variable;

	private volatile Route defaultRoute = NO_ROUTE;

	private List<PetrichorInterceptor> interceptors = List.of();

	private volatile ErrorReplies errors = ErrorReplies.PLAIN;

	/**
	 * Register a handler that may block.
	 * @param route the route, which may have variables, or an empty string for the
	 * default handler
	 * @param handler the handler
	 * @throws AmbiguousRouteException if the route is taken
	 * @throws IllegalArgumentException if the route is malformed
	 */
	public void register(String route, Handler handler) {
		register(route, true, handler);
	}

	/**
	 * Register a handler.
	 * @param route the route, which may have variables, or an empty string for the
	 * default handler
	 * @param blocking false to run on the event loop
	 * @param handler the handler
	 * @throws AmbiguousRouteException if the route is taken
	 * @throws IllegalArgumentException if the route is malformed
	 */
	public void register(String route, boolean blocking, Handler handler) {
		Assert.notNull(route, "'route' must not be null");
		Assert.notNull(handler, "'handler' must not be null");
		register(new Route(route, ContextCapture.around(handler), blocking));
	}

	void register(Route route) {
		RoutePattern pattern = RoutePattern.of(route.pattern());
		this.writing.lock();
		try {
			if (pattern.isExact()) {
				Route taken = this.exact.putIfAbsent(route.pattern(), intercepted(route));
				if (taken != null) {
					throw new AmbiguousRouteException(route, taken);
				}
				this.registered.add(route);
				this.defaultRoute = this.exact.getOrDefault("", NO_ROUTE);
			}
			else {
				this.variable = tree(Stream.concat(this.registered.stream(), Stream.of(route)));
				this.registered.add(route);
			}
		}
		finally {
			this.writing.unlock();
		}
	}

	/** What holds for all handlers, whenever they are or were registered. */
	void conventions(List<PetrichorInterceptor> interceptors, ErrorReplies errors) {
		this.writing.lock();
		try {
			this.interceptors = interceptors;
			this.errors = errors;
			this.registered.forEach((route) -> this.exact.replace(route.pattern(), intercepted(route)));
			this.variable = tree(this.registered.stream());
			this.defaultRoute = this.exact.getOrDefault("", NO_ROUTE);
		}
		finally {
			this.writing.unlock();
		}
	}

	private Route intercepted(Route route) {
		return route.with(Intercepted.by(this.interceptors, route.handler()));
	}

	private @Nullable RouteTree tree(Stream<Route> routes) {
		RouteTree tree = new RouteTree();
		boolean any = false;
		for (Route route : routes.toList()) {
			RoutePattern pattern = RoutePattern.of(route.pattern());
			if (!pattern.isExact()) {
				any = true;
				Route taken = tree.add(intercepted(route), pattern);
				if (taken != null) {
					throw new AmbiguousRouteException(route, taken);
				}
			}
		}
		return any ? tree : null;
	}

	/**
	 * The registered routes.
	 * @return the patterns, an empty one for the default handler
	 */
	public Collection<String> routes() {
		return this.registered.stream().map(Route::pattern).toList();
	}

	/**
	 * The registered routes with their handlers.
	 * @return one for each route
	 */
	public List<RouteInfo> infos() {
		return this.registered.stream()
			.map((route) -> new RouteInfo(route.pattern(), route.handler().toString(), route.blocking()))
			.toList();
	}

	/**
	 * Whether there is anything that could answer a request.
	 * @return true if no handler is registered
	 */
	public boolean isEmpty() {
		return this.registered.isEmpty();
	}

	ErrorReplies errors() {
		return this.errors;
	}

	Route find(Header header) {
		if (header.isEmpty()) {
			return this.defaultRoute;
		}
		Object to = header.get(HeaderKeys.TO);
		if (to == null) {
			return this.defaultRoute;
		}
		if (!(to instanceof String name) || name.isEmpty()) {
			return NO_ROUTE;
		}
		@Nullable Route route = this.exact.get(name);
		if (route == null) {
			@Nullable RouteTree variable = this.variable;
			route = (variable != null) ? variable.find(name) : null;
		}
		return (route != null) ? route : NO_ROUTE;
	}

}
