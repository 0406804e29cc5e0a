package io.petrichor.metrics;

import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;

/**
 * Micrometer's own timer, for those who want to know how times are distributed. Of a
 * batch it is told the longest, and for each of the others their mean: requests that were
 * read at once and answered at once took the same time.
 */
final class SingleTimer implements RequestTimer {

	private final Timer timer;

	SingleTimer(MeterRegistry registry, String name, String description, Tags tags) {
		this.timer = Timer.builder(name).description(description).tags(tags).register(registry);
	}

	@Override
	public void record(int requests, long nanos, long longest) {
		this.timer.record(longest, TimeUnit.NANOSECONDS);
		long mean = (requests > 1) ? (nanos - longest) / (requests - 1) : 0;
		for (int i = 1; i < requests; i++) {
			this.timer.record(mean, TimeUnit.NANOSECONDS);
		}
	}

	/**
	 * Whether the application has asked a registry for percentiles, a histogram or
	 * objectives of a timer. Registries do not say, so one is made to see.
	 */
	static boolean isWanted(MeterRegistry registry, String name, Tags tags) {
		Timer probe = Timer.builder(name).tags(tags).register(registry);
		boolean wanted = isDistributed(registry, name, tags);
		registry.remove(probe);
		return wanted;
	}

	private static boolean isDistributed(MeterRegistry registry, String name, Tags tags) {
		if (registry instanceof CompositeMeterRegistry composite) {
			return composite.getRegistries().stream().anyMatch((each) -> isDistributed(each, name, tags));
		}
		Timer timer = registry.find(name).tags(tags).timer();
		if (timer == null) {
			return false;
		}
		HistogramSnapshot snapshot = timer.takeSnapshot();
		return snapshot.percentileValues().length > 0 || snapshot.histogramCounts().length > 0;
	}

}
