package io.petrichor.metrics;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;

/**
 * Knows the count, the total and the longest. Takes a batch for the price of one request,
 * which Micrometer's own timer cannot.
 */
final class BatchTimer implements RequestTimer {

	private final LongAdder requests = new LongAdder();

	private final LongAdder nanos = new LongAdder();

	private final RecentMax longest;

	BatchTimer(MeterRegistry registry, String name, String description, Tags tags) {
		this.longest = new RecentMax(registry);
		FunctionTimer
			.builder(name, this, (timer) -> timer.requests.sum(), (timer) -> timer.nanos.sum(), TimeUnit.NANOSECONDS)
			.description(description)
			.tags(tags)
			.register(registry);
		TimeGauge.builder(name + ".max", this.longest, TimeUnit.NANOSECONDS, RecentMax::poll)
			.description(description + ": the longest of late")
			.tags(tags)
			.register(registry);
	}

	@Override
	public void record(int requests, long nanos, long longest) {
		this.requests.add(requests);
		this.nanos.add(nanos);
		this.longest.record(longest);
	}

}
