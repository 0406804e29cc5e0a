package io.petrichor.metrics;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

import io.petrichor.handler.Outcome;

/**
 * A timer for each route with each outcome it ever had. Routes over a bound share those
 * of {@code OTHER}.
 */
final class RouteTimers {

	private static final int OUTCOMES = Outcome.values().length;

	private static final String OTHER = "OTHER";

	private final Map<String, AtomicReferenceArray<@Nullable RequestTimer>> timers = new ConcurrentHashMap<>();

	private final MeterRegistry registry;

	private final String name;

	private final String description;

	private final Tags tags;

	private final int maxRoutes;

	private final boolean single;

	RouteTimers(MeterRegistry registry, String name, String description, Tags tags, int maxRoutes) {
		this.registry = registry;
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
			Tags tags = tags(route, outcome);
			timer = this.single ? new SingleTimer(this.registry, this.name, this.description, tags)
					: new BatchTimer(this.registry, this.name, this.description, tags);
			outcomes.set(outcome.ordinal(), timer);
		}
		return timer;
	}

	private Tags tags(String route, Outcome outcome) {
		return this.tags.and("route", route.isEmpty() ? "default" : route, "outcome", outcome.tag());
	}

}
