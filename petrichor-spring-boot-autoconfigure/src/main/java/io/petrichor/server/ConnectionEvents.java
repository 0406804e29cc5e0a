package io.petrichor.server;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes what happens to connections, in order and off the event loops.
 */
final class ConnectionEvents {

	/** Events that may wait for slow listeners; each keeps its connection. */
	static final int MOST = 10_000;

	private static final Log logger = LogFactory.getLog(ConnectionEvents.class);

	private final OccasionalLog lost = new OccasionalLog(logger);

	private final Executor thread = new WorkThreads("petrichor-events-", 1, 1);

	private final AtomicInteger waiting = new AtomicInteger();

	void publish(ApplicationEventPublisher publisher, Object event) {
		if (this.waiting.incrementAndGet() > MOST) {
			this.waiting.decrementAndGet();
			this.lost.warn("A %s is lost: listeners of connections are too slow, and %d events wait for them already"
				.formatted(event.getClass().getSimpleName(), MOST));
			return;
		}
		this.thread.execute(() -> {
			try {
				publisher.publishEvent(event);
			}
			catch (RuntimeException ex) {
				logger.warn("A listener failed with " + event.getClass().getSimpleName(), ex);
			}
			finally {
				this.waiting.decrementAndGet();
			}
		});
	}

}
