package io.petrichor.autoconfigure;

import io.micrometer.observation.ObservationRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

import io.petrichor.client.PetrichorClientCustomizer;
import io.petrichor.observation.ClientCallObservationConvention;
import io.petrichor.observation.ClientCallObservations;

/**
 * Auto-configuration of observations of the calls of clients, where there is a tracer.
 * They then time calls too.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = PetrichorClientMetricsAutoConfiguration.class,
		after = PetrichorClientAutoConfiguration.class,
		afterName = { "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
				"org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration",
				"org.springframework.boot.micrometer.tracing.autoconfigure.NoopTracerAutoConfiguration" })
@ConditionalOnClass(value = ObservationRegistry.class, name = TracerCondition.TRACER)
@ConditionalOnBean({ ObservationRegistry.class, PetrichorClientFactory.class })
@Conditional(TracerCondition.class)
@ConditionalOnBooleanProperty(name = "petrichor.client.observation.enabled", matchIfMissing = true)
public final class PetrichorClientObservationAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ClientCallObservations petrichorClientCallObservations(ObservationRegistry registry,
			ObjectProvider<ClientCallObservationConvention> convention) {
		return new ClientCallObservations(registry, convention.getIfAvailable());
	}

	@Bean
	PetrichorClientCustomizer petrichorClientObservation(ClientCallObservations observations) {
		return (builder) -> builder.observer(observations);
	}

}
