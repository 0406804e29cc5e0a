package io.petrichor.autoconfigure;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.CompositeHealthContributorConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

import io.petrichor.client.PetrichorClient;
import io.petrichor.health.PetrichorClientHealthIndicator;

/**
 * Auto-configuration of the health of clients: one by one, where there are several.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = PetrichorClientAutoConfiguration.class)
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean(PetrichorClient.class)
@ConditionalOnEnabledHealthIndicator("petrichor")
public final class PetrichorClientHealthAutoConfiguration
		extends CompositeHealthContributorConfiguration<PetrichorClientHealthIndicator, PetrichorClient> {

	PetrichorClientHealthAutoConfiguration() {
		super(PetrichorClientHealthIndicator::new);
	}

	@Bean
	@ConditionalOnMissingBean(name = "petrichorClientHealthContributor")
	HealthContributor petrichorClientHealthContributor(ConfigurableListableBeanFactory beans) {
		return createContributor(beans, PetrichorClient.class);
	}

}
