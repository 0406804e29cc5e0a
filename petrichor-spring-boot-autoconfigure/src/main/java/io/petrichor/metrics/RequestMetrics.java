package io.petrichor.metrics;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

import io.petrichor.handler.Outcome;
import io.petrichor.handler.RequestListener;

/**
 * Times requests by route and outcome. There are as many timers as there are registered
 * routes that were ever asked for, times the outcomes they ever had.
 *
 * @since 0.1.0
 */
public final class RequestMetrics implements RequestListener {

	private static final int OUTCOMES = Outcome.values().length;

	private final Map<String, AtomicReferenceArray<@Nullable RequestTimer>> timers = new ConcurrentHashMap<>();

	private final MeterRegistry registry;

	/**
	 * Create the listener.
	 * @param registry where timers are registered
	 */
	public RequestMetrics(MeterRegistry registry) {
		this.registry = registry;
	}

	@Override
	public void ended(String route, Outcome outcome, int requests, long nanos, long longest) {
		AtomicReferenceArray<@Nullable RequestTimer> outcomes = this.timers.get(route);
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
			timer = new RequestTimer(this.registry, "petrichor.server.requests",
					"From when a request was read to when its reply was with the socket",
					Tags.of("route", route.isEmpty() ? "default" : route, "outcome", outcome.tag()));
			outcomes.set(outcome.ordinal(), timer);
		}
		return timer;
	}

}
