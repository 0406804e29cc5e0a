package io.petrichor.server;

import java.util.concurrent.Executor;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes what happens to connections, in order and off the event loops.
 */
final class ConnectionEvents {

	private static final Log logger = LogFactory.getLog(ConnectionEvents.class);

	private final Executor thread = new WorkThreads("petrichor-events-", 1, 1);

	void publish(ApplicationEventPublisher publisher, Object event) {
		this.thread.execute(() -> {
			try {
				publisher.publishEvent(event);
			}
			catch (RuntimeException ex) {
				logger.warn("A listener failed with " + event.getClass().getSimpleName(), ex);
			}
		});
	}

}
