package io.petrichor.autoconfigure;

import java.time.Duration;

import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpClient;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Scope;
import org.springframework.core.env.Environment;

import io.petrichor.client.PetrichorClient;

/**
 * Auto-configuration of clients of the Petrichor protocol: the default one, and those
 * with names. Each is made when something asks for it, since servers need none.
 *
 * @since 0.1.0
 */
@AutoConfiguration(afterName = { "io.petrichor.autoconfigure.PetrichorServerAutoConfiguration",
		"org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration" })
@ConditionalOnClass(TcpClient.class)
@ConditionalOnBooleanProperty(name = "petrichor.client.enabled", matchIfMissing = true)
@EnableConfigurationProperties({ PetrichorClientProperties.class, PetrichorNamedClientsProperties.class })
@Import({ PetrichorHandlerConfiguration.class, NamedClientsRegistrar.class })
public final class PetrichorClientAutoConfiguration {

	@Bean
	@Lazy
	ClientLoops petrichorClientLoops() {
		return new ClientLoops();
	}

	@Bean
	@Lazy
	PetrichorClientFactory petrichorClientFactory(BeanFactory beans, ApplicationEventPublisher events,
			Environment environment, ClientLoops loops) {
		return new PetrichorClientFactory(beans, events, environment, loops.resources);
	}

	@Bean
	@ConditionalOnMissingBean
	PetrichorConnectionDetails petrichorConnectionDetails(PetrichorClientProperties properties) {
		return properties::getAddress;
	}

	@Bean
	@Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
	@ConditionalOnMissingBean
	PetrichorClient.Builder petrichorClientBuilder(PetrichorClientFactory factory, PetrichorClientProperties properties,
			PetrichorConnectionDetails connection) {
		return factory.builder("petrichor", properties, connection.addresses());
	}

	@Bean
	@Lazy
	@Primary
	@ConditionalOnMissingBean
	PetrichorClient petrichorClient(PetrichorClient.Builder builder) {
		return builder.build();
	}

	@Bean
	@ConditionalOnBooleanProperty("petrichor.client.eager")
	@ConditionalOnBean(name = "petrichorClient")
	PetrichorClientStart petrichorClientStart(PetrichorClient petrichorClient) {
		return new PetrichorClientStart(petrichorClient, "petrichor.client");
	}

	/**
	 * The threads of all clients. They end after the clients, which depend on them.
	 */
	static final class ClientLoops implements DisposableBean {

		private final LoopResources resources = LoopResources.create("petrichor-client",
				LoopResources.DEFAULT_IO_WORKER_COUNT, true);

		@Override
		public void destroy() {
			this.resources.disposeLater(Duration.ZERO, Duration.ofSeconds(2)).block();
		}

	}

}
