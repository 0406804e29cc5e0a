package io.petrichor.logging;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.petrichor.server.CloseReason;
import io.petrichor.server.RejectReason;
import io.petrichor.server.ServerListener;

/**
 * Sums up what peers did wrong: one line in ten seconds at the most, however many they
 * are. What each of them did is logged at DEBUG where it happened.
 *
 * @since 0.1.0
 */
public final class ConnectionLog implements ServerListener {

	private static final Log logger = LogFactory.getLog(ConnectionLog.class);

	private static final long INTERVAL = TimeUnit.SECONDS.toNanos(10);

	private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();

	private final AtomicLong last = new AtomicLong(System.nanoTime() - INTERVAL);

	@Override
	public void connectionClosed(CloseReason reason) {
		switch (reason) {
			case DENIED, HANDSHAKE_TIMEOUT, PROTOCOL_ERROR, MESSAGE_TIMEOUT, SLOW_CONSUMER, MEMORY ->
				count("closed", reason);
			default -> {
			}
		}
	}

	@Override
	public void connectionRejected(RejectReason reason) {
		count("rejected", reason);
	}

	private void count(String what, Enum<?> reason) {
		String name = what + " for " + reason.name().toLowerCase(Locale.ROOT);
		this.counts.computeIfAbsent(name, (key) -> new LongAdder()).increment();
		long now = System.nanoTime();
		long last = this.last.get();
		if (now - last >= INTERVAL && this.last.compareAndSet(last, now)) {
			logger.info("Connections of peers since the last such line: " + this.counts.entrySet()
				.stream()
				.map((entry) -> entry.getValue().sumThenReset() + " " + entry.getKey())
				.filter((text) -> !text.startsWith("0 "))
				.collect(Collectors.joining(", ")));
		}
	}

}
