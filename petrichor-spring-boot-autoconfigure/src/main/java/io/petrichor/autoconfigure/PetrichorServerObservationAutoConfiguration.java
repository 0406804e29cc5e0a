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

import io.petrichor.observation.ServerRequestObservationConvention;
import io.petrichor.observation.ServerRequestObservations;
import io.petrichor.server.PetrichorServer;

/**
 * Auto-configuration of observations of the requests of the server, where there is a
 * tracer. They then time requests too.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = PetrichorServerMetricsAutoConfiguration.class,
		after = PetrichorServerAutoConfiguration.class,
		afterName = { "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
				"org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration",
				"org.springframework.boot.micrometer.tracing.autoconfigure.NoopTracerAutoConfiguration" })
@ConditionalOnClass(value = ObservationRegistry.class, name = TracerCondition.TRACER)
@ConditionalOnBean({ ObservationRegistry.class, PetrichorServer.class })
@Conditional(TracerCondition.class)
@ConditionalOnBooleanProperty(name = "petrichor.server.observation.enabled", matchIfMissing = true)
public final class PetrichorServerObservationAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ServerRequestObservations petrichorServerRequestObservations(ObservationRegistry registry,
			ObjectProvider<ServerRequestObservationConvention> convention) {
		return new ServerRequestObservations(registry, convention.getIfAvailable());
	}

}
