package io.petrichor.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

import io.petrichor.client.PetrichorClientCustomizer;
import io.petrichor.metrics.ClientMetrics;
import io.petrichor.observation.ClientCallObservations;

/**
 * Auto-configuration of the meters of clients.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = PetrichorClientAutoConfiguration.class,
		afterName = { "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
				"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration" })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ MeterRegistry.class, PetrichorClientFactory.class })
@ConditionalOnBooleanProperty(name = "petrichor.client.metrics.enabled", matchIfMissing = true)
public final class PetrichorClientMetricsAutoConfiguration {

	/** Observations time calls themselves. */
	@Bean
	PetrichorClientCustomizer petrichorClientMetrics(MeterRegistry registry,
			ObjectProvider<ClientCallObservations> observations) {
		boolean timed = observations.getIfAvailable() == null;
		return (builder) -> builder.clientListener((client) -> ClientMetrics.of(registry, client, timed));
	}

}
