package io.petrichor.autoconfigure;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;

import io.petrichor.server.PetrichorServerStoppingEvent;

/**
 * Refuses traffic before the server drains, so that readiness probes see it first.
 */
final class ReadinessListener implements ApplicationListener<PetrichorServerStoppingEvent> {

	private final ApplicationContext context;

	ReadinessListener(ApplicationContext context) {
		this.context = context;
	}

	@Override
	public void onApplicationEvent(PetrichorServerStoppingEvent event) {
		AvailabilityChangeEvent.publish(this.context, ReadinessState.REFUSING_TRAFFIC);
	}

}
