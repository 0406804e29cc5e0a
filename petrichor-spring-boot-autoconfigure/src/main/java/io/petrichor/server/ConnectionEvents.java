package io.petrichor.server;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Publishes what happens to connections, in order and off the event loops.
 */
final class ConnectionEvents {

	private static final Log logger = LogFactory.getLog(ConnectionEvents.class);

	private final ThreadPoolExecutor thread;

	ConnectionEvents() {
		CustomizableThreadFactory factory = new CustomizableThreadFactory("petrichor-events-");
		factory.setDaemon(true);
		this.thread = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
		this.thread.allowCoreThreadTimeOut(true);
	}

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
