package io.petrichor.server;

import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Daemon threads for what event loops do not do themselves. A loop that brings them work
 * waits for nobody: their queue has no lock, and no bound either, which is for those who
 * bring the work.
 */
final class WorkThreads extends ThreadPoolExecutor {

	/**
	 * Create threads, which begin with the first work.
	 * @param prefix what their names begin with
	 * @param most the most threads, at least 1
	 * @param idleSeconds how long a thread waits for work before it ends
	 */
	WorkThreads(String prefix, int most, int idleSeconds) {
		super(most, most, idleSeconds, TimeUnit.SECONDS, new LinkedTransferQueue<>(), daemons(prefix));
		allowCoreThreadTimeOut(true);
	}

	private static CustomizableThreadFactory daemons(String prefix) {
		CustomizableThreadFactory threads = new CustomizableThreadFactory(prefix);
		threads.setDaemon(true);
		return threads;
	}

}
