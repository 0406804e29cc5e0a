package io.petrichor.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

import io.petrichor.health.PetrichorServerHealthIndicator;
import io.petrichor.server.PetrichorServer;

/**
 * Auto-configuration of the health of the server.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = PetrichorServerAutoConfiguration.class)
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean(PetrichorServer.class)
@ConditionalOnEnabledHealthIndicator("petrichor")
public final class PetrichorServerHealthAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	PetrichorServerHealthIndicator petrichorServerHealthIndicator(PetrichorServer server) {
		return new PetrichorServerHealthIndicator(server);
	}

}
