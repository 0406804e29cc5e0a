package io.petrichor.autoconfigure;

import java.util.concurrent.atomic.AtomicBoolean;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.EventListener;

import io.petrichor.server.PetrichorServerListeningEvent;
import io.petrichor.server.PetrichorServerStoppingEvent;

/**
 * Refuses traffic before the server drains, so that readiness probes see it first, and
 * takes that back when the server listens again. The first start is the application's to
 * tell.
 */
final class ReadinessListener {

	private final ApplicationContext context;

	private final AtomicBoolean refusing = new AtomicBoolean();

	ReadinessListener(ApplicationContext context) {
		this.context = context;
	}

	@EventListener(PetrichorServerStoppingEvent.class)
	void refuse() {
		this.refusing.set(true);
		AvailabilityChangeEvent.publish(this.context, ReadinessState.REFUSING_TRAFFIC);
	}

	@EventListener(PetrichorServerListeningEvent.class)
	void accept() {
		if (this.refusing.compareAndSet(true, false)) {
			AvailabilityChangeEvent.publish(this.context, ReadinessState.ACCEPTING_TRAFFIC);
		}
	}

}
