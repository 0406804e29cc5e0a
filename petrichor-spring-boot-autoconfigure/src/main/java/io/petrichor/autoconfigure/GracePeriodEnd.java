package io.petrichor.autoconfigure;

import java.time.Duration;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.context.SmartLifecycle;

import io.petrichor.server.PetrichorServer;

/**
 * Ends the grace period of the server when Spring does not wait for it any longer, so
 * that what was read is answered before beans are destroyed: the phase after the
 * server's, as the web server has one after its graceful shutdown.
 */
final class GracePeriodEnd implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(GracePeriodEnd.class);

	/**
	 * Looked up when it is needed: who depends on the server is stopped before it,
	 * whatever the phase.
	 */
	private final ObjectProvider<PetrichorServer> server;

	private final Duration gracePeriod;

	private final ObjectProvider<LifecycleProperties> lifecycle;

	GracePeriodEnd(ObjectProvider<PetrichorServer> server, Duration gracePeriod,
			ObjectProvider<LifecycleProperties> lifecycle) {
		this.server = server;
		this.gracePeriod = gracePeriod;
		this.lifecycle = lifecycle;
	}

	/** Nothing but a word to those whose times do not fit each other. */
	@Override
	public void start() {
		this.lifecycle.ifAvailable((lifecycle) -> {
			Duration phase = lifecycle.getTimeoutPerShutdownPhase();
			if (this.gracePeriod.compareTo(phase) >= 0) {
				logger.warn(("'petrichor.server.shutdown.grace-period' is %s, but "
						+ "'spring.lifecycle.timeout-per-shutdown-phase' is %s: requests have that long to end")
					.formatted(this.gracePeriod, phase));
			}
		});
	}

	@Override
	public void stop() {
		this.server.getObject().stop();
	}

	/** The server was told to stop in its own phase: once more means now. */
	@Override
	public void stop(Runnable callback) {
		this.server.getObject().stop(callback);
	}

	@Override
	public boolean isRunning() {
		return this.server.getObject().isRunning();
	}

	@Override
	public int getPhase() {
		return this.server.getObject().getPhase() - 1024;
	}

	@Override
	public boolean isPauseable() {
		return false;
	}

}
