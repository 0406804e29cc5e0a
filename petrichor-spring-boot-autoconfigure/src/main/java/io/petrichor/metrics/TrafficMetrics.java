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

	private final MessageSummary messagesIn;

	private final MessageSummary messagesOut;

	TrafficMetrics(MeterRegistry registry, String prefix) {
		this.bytesIn = bytes(registry, prefix, IN);
		this.bytesOut = bytes(registry, prefix, OUT);
		this.messagesIn = messages(registry, prefix, IN);
		this.messagesOut = messages(registry, prefix, OUT);
	}

	private static Counter bytes(MeterRegistry registry, String prefix, Tags direction) {
		return Counter.builder(prefix + ".bytes")
			.description("Bytes, without those of TLS")
			.baseUnit(BaseUnits.BYTES)
			.tags(direction)
			.register(registry);
	}

	private static MessageSummary messages(MeterRegistry registry, String prefix, Tags direction) {
		return new MessageSummary(registry, prefix + ".messages", "Messages and their sizes, handshakes included",
				direction);
	}

	@Override
	public void bytesRead(int bytes) {
		this.bytesIn.increment(bytes);
	}

	@Override
	public void pairsRead(int pairs, long bytes, int largest) {
		this.messagesIn.record(pairs, bytes, largest);
	}

	@Override
	public void pairsWritten(int pairs, int bytes, int largest) {
		this.bytesOut.increment(bytes);
		this.messagesOut.record(pairs, bytes, largest);
	}

}
