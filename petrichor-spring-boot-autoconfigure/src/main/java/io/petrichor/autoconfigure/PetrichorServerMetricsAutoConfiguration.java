package io.petrichor.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

import io.petrichor.handler.PetrichorHandlerExecutor;
import io.petrichor.metrics.RequestMetrics;
import io.petrichor.metrics.ServerGauges;
import io.petrichor.metrics.ServerMetrics;
import io.petrichor.observation.ServerRequestObservations;
import io.petrichor.server.PetrichorServer;

/**
 * Auto-configuration of the meters of the server.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = PetrichorServerAutoConfiguration.class,
		afterName = { "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
				"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration" })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ MeterRegistry.class, PetrichorServer.class })
@ConditionalOnBooleanProperty(name = "petrichor.server.metrics.enabled", matchIfMissing = true)
public final class PetrichorServerMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ServerMetrics petrichorServerMetrics(MeterRegistry registry) {
		return new ServerMetrics(registry);
	}

	/** Observations time requests themselves. */
	@Bean
	@ConditionalOnMissingBean({ RequestMetrics.class, ServerRequestObservations.class })
	RequestMetrics petrichorRequestMetrics(MeterRegistry registry) {
		return new RequestMetrics(registry);
	}

	@Bean
	@ConditionalOnMissingBean
	ServerGauges petrichorServerGauges(PetrichorServer server, PetrichorHandlerExecutor executor) {
		return new ServerGauges(server, executor);
	}

}
