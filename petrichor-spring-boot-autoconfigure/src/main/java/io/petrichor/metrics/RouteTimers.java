package io.petrichor.metrics;

import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

import io.petrichor.handler.Outcome;
import io.petrichor.handler.RouteInfo;

/**
 * A timer for each route with each outcome it ever had. Routes over a bound share those
 * of {@code OTHER}.
 */
final class RouteTimers {

	private static final int OUTCOMES = Outcome.values().length;

	private static final String OTHER = "OTHER";

	/** For when the registry is gone. */
	private static final RequestTimer NOBODY = (requests, nanos, longest) -> {
	};

	private final Map<String, AtomicReferenceArray<@Nullable RequestTimer>> timers = new ConcurrentHashMap<>();

	/** Not held, so that timers of clients may be kept by registry. */
	private final WeakReference<MeterRegistry> registry;

	private final String name;

	private final String description;

	private final Tags tags;

	private final int maxRoutes;

	private final boolean single;

	RouteTimers(MeterRegistry registry, String name, String description, Tags tags, int maxRoutes) {
		this.registry = new WeakReference<>(registry);
		this.name = name;
		this.description = description;
		this.tags = tags;
		this.maxRoutes = maxRoutes;
		this.single = SingleTimer.isWanted(registry, name, tags("", Outcome.SUCCESS));
	}

	void record(String route, Outcome outcome, int requests, long nanos, long longest) {
		AtomicReferenceArray<@Nullable RequestTimer> outcomes = this.timers.get(route);
		if (outcomes == null && this.timers.size() >= this.maxRoutes) {
			route = OTHER;
			outcomes = this.timers.get(route);
		}
		RequestTimer timer = (outcomes != null) ? outcomes.get(outcome.ordinal()) : null;
		if (timer == null) {
			timer = register(route, outcome);
		}
		timer.record(requests, nanos, longest);
	}

	private synchronized RequestTimer register(String route, Outcome outcome) {
		AtomicReferenceArray<@Nullable RequestTimer> outcomes = this.timers.computeIfAbsent(route,
				(key) -> new AtomicReferenceArray<>(OUTCOMES));
		RequestTimer timer = outcomes.get(outcome.ordinal());
		if (timer == null) {
			MeterRegistry registry = this.registry.get();
			timer = (registry != null) ? timer(registry, tags(route, outcome)) : NOBODY;
			outcomes.set(outcome.ordinal(), timer);
		}
		return timer;
	}

	private RequestTimer timer(MeterRegistry registry, Tags tags) {
		return this.single ? new SingleTimer(registry, this.name, this.description, tags)
				: new BatchTimer(registry, this.name, this.description, tags);
	}

	private Tags tags(String route, Outcome outcome) {
		return this.tags.and("route", RouteInfo.nameOf(route), "outcome", outcome.tag());
	}

}
