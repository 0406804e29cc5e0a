package io.petrichor.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

import io.petrichor.handler.Outcome;
import io.petrichor.handler.RequestListener;

/**
 * Times requests by route and outcome. There are as many timers as there are registered
 * routes that were ever asked for, times the outcomes they ever had.
 *
 * @since 0.1.0
 */
public final class RequestMetrics implements RequestListener {

	private final RouteTimers timers;

	/**
	 * Create the listener.
	 * @param registry where timers are registered
	 */
	public RequestMetrics(MeterRegistry registry) {
		this.timers = new RouteTimers(registry, "petrichor.server.requests",
				"From when a request was read to when its reply was with the socket", Tags.empty(), Integer.MAX_VALUE);
	}

	@Override
	public void ended(String route, Outcome outcome, int requests, long nanos, long longest) {
		this.timers.record(route, outcome, requests, nanos, longest);
	}

}
