package io.petrichor.metrics;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;

import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.TimeWindowMax;

/**
 * Counts messages and their bytes. Takes a batch at a time, which Micrometer's own
 * summary cannot.
 */
final class MessageSummary {

	private final LongAdder messages = new LongAdder();

	private final LongAdder bytes = new LongAdder();

	private final TimeWindowMax largest;

	MessageSummary(MeterRegistry registry, String name, String description, Tags tags) {
		this.largest = new TimeWindowMax(registry.config().clock(), DistributionStatisticConfig.DEFAULT);
		Meter
			.builder(name, Meter.Type.DISTRIBUTION_SUMMARY,
					List.of(new Measurement(() -> this.messages.sum(), Statistic.COUNT),
							new Measurement(() -> this.bytes.sum(), Statistic.TOTAL),
							new Measurement(() -> this.largest.poll(), Statistic.MAX)))
			.description(description)
			.baseUnit(BaseUnits.BYTES)
			.tags(tags)
			.register(registry);
	}

	void record(int messages, long bytes, int largest) {
		this.messages.add(messages);
		this.bytes.add(bytes);
		this.largest.record(largest);
	}

}
