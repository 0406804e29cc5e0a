package io.petrichor.metrics;

import java.util.concurrent.atomic.LongAccumulator;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.TimeWindowMax;

/**
 * The largest value of late. Looks at the clock when it is asked, not when it is told.
 */
final class RecentMax {

	private final LongAccumulator untold = new LongAccumulator(Math::max, 0);

	private final TimeWindowMax window;

	RecentMax(MeterRegistry registry) {
		this.window = new TimeWindowMax(registry.config().clock(), DistributionStatisticConfig.DEFAULT);
	}

	void record(long value) {
		this.untold.accumulate(value);
	}

	double poll() {
		this.window.record(this.untold.getThenReset());
		return this.window.poll();
	}

}
