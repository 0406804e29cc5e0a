package io.petrichor.autoconfigure;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

import io.petrichor.actuate.PetrichorEndpoint;
import io.petrichor.handler.HandlerRegistry;
import io.petrichor.server.PetrichorServer;

/**
 * Auto-configuration of the endpoint {@code petrichor} of the actuator.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = PetrichorServerAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnBean(PetrichorServer.class)
@ConditionalOnAvailableEndpoint(endpoint = PetrichorEndpoint.class)
public final class PetrichorEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	PetrichorEndpoint petrichorEndpoint(PetrichorServer server, HandlerRegistry registry,
			@Value("${management.endpoint.petrichor.show-values:false}") boolean showValues) {
		return new PetrichorEndpoint(server, registry, showValues);
	}

}
