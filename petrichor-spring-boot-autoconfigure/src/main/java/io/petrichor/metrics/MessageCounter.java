package io.petrichor.metrics;

import java.util.concurrent.atomic.LongAdder;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;

/**
 * Counts messages of one direction. Takes a batch at a time, which Micrometer's own
 * summary cannot.
 */
final class MessageCounter {

	private final LongAdder messages = new LongAdder();

	private final RecentMax largest;

	MessageCounter(MeterRegistry registry, String prefix, Tags tags) {
		this.largest = new RecentMax(registry);
		FunctionCounter.builder(prefix + ".messages", this.messages, LongAdder::sum)
			.description("Messages, handshakes included")
			.tags(tags)
			.register(registry);
		Gauge.builder(prefix + ".message.size.max", this.largest, RecentMax::poll)
			.description("Size of the largest message of late")
			.baseUnit(BaseUnits.BYTES)
			.tags(tags)
			.register(registry);
	}

	void record(int messages, int largest) {
		this.messages.add(messages);
		this.largest.record(largest);
	}

}
