package io.petrichor.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;

import io.petrichor.protocol.TrafficListener;

/**
 * Counts bytes and messages in both directions.
 */
class TrafficMetrics implements TrafficListener {

	private static final Tags IN = Tags.of("direction", "in");

	private static final Tags OUT = Tags.of("direction", "out");

	private final Counter bytesIn;

	private final Counter bytesOut;

	private final MessageCounter messagesIn;

	private final MessageCounter messagesOut;

	TrafficMetrics(MeterRegistry registry, String prefix, Tags tags) {
		this.bytesIn = bytes(registry, prefix, tags.and(IN));
		this.bytesOut = bytes(registry, prefix, tags.and(OUT));
		this.messagesIn = new MessageCounter(registry, prefix, tags.and(IN));
		this.messagesOut = new MessageCounter(registry, prefix, tags.and(OUT));
	}

	private static Counter bytes(MeterRegistry registry, String prefix, Tags tags) {
		return Counter.builder(prefix + ".bytes")
			.description("Bytes, without those of TLS")
			.baseUnit(BaseUnits.BYTES)
			.tags(tags)
			.register(registry);
	}

	@Override
	public void bytesRead(int bytes) {
		this.bytesIn.increment(bytes);
	}

	@Override
	public void pairsRead(int pairs, long bytes, int largest) {
		this.messagesIn.record(pairs, largest);
	}

	@Override
	public void pairsWritten(int pairs, int bytes, int largest) {
		this.bytesOut.increment(bytes);
		this.messagesOut.record(pairs, largest);
	}

}
