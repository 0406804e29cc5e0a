package io.petrichor.autoconfigure;

import java.net.InetSocketAddress;
import java.util.stream.Stream;

import io.netty.bootstrap.ServerBootstrap;
import org.slf4j.MDC;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.context.LifecycleProperties;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.petrichor.handler.Dispatcher;
import io.petrichor.logging.ConnectionLog;
import io.petrichor.logging.HandlerMdc;
import io.petrichor.server.PetrichorServer;
import io.petrichor.server.PetrichorServerCustomizer;
import io.petrichor.server.ServerAccess;
import io.petrichor.server.ServerConnections;
import io.petrichor.server.ServerListener;
import io.petrichor.server.auth.PetrichorAuthenticator;

/**
 * Auto-configuration of a server of the Petrichor protocol, whose handlers are the bean
 * methods marked as such.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = SslAutoConfiguration.class)
@ConditionalOnClass(ServerBootstrap.class)
@ConditionalOnBooleanProperty(name = "petrichor.server.enabled", matchIfMissing = true)
@EnableConfigurationProperties(PetrichorServerProperties.class)
@Import(PetrichorHandlerConfiguration.class)
public final class PetrichorServerAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	PetrichorServer petrichorServer(PetrichorServerProperties properties, Dispatcher dispatcher,
			ObjectProvider<PetrichorAuthenticator> authenticators, ObjectProvider<SslBundles> sslBundles,
			ObjectProvider<PetrichorServerCustomizer> customizers, ObjectProvider<ServerListener> listeners,
			ServerConnections connections) {
		PetrichorServerSettings settings = PetrichorServerSettings.of(properties);
		return new PetrichorServer(new InetSocketAddress(properties.getAddress(), properties.getPort()),
				settings.identity(), settings.limits(), properties.getShutdown().getGracePeriod(), dispatcher,
				new ServerAccess(
						Stream
							.concat(authenticators.orderedStream(),
									PropertiesAuthenticators.of(properties.getAuthentication()).stream())
							.toList(),
						properties.getAuthentication().isAllowAnonymous(), settings.admission(),
						PropertiesServerTls.of(properties, sslBundles.getIfAvailable())),
				(server) -> customizers.orderedStream().forEach((customizer) -> customizer.customize(server)),
				ServerListener.of(listeners.orderedStream().toList()), connections);
	}

	@Bean
	@ConditionalOnMissingBean
	ConnectionLog petrichorConnectionLog() {
		return new ConnectionLog();
	}

	@Bean
	GracePeriodEnd petrichorGracePeriodEnd(ObjectProvider<PetrichorServer> server, PetrichorServerProperties properties,
			ObjectProvider<LifecycleProperties> lifecycle) {
		return new GracePeriodEnd(server, properties.getShutdown().getGracePeriod(), lifecycle);
	}

	@Bean
	ReadinessListener petrichorReadinessListener(ApplicationContext context) {
		return new ReadinessListener(context);
	}

	@Bean
	ServerConnections petrichorConnections() {
		return new ServerConnections();
	}

	@Bean
	LocalPortListener petrichorLocalPortListener(ApplicationContext context) {
		return new LocalPortListener(context);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MDC.class)
	@ConditionalOnBooleanProperty("petrichor.server.mdc.enabled")
	static class MdcConfiguration {

		@Bean
		@ConditionalOnMissingBean
		HandlerMdc petrichorHandlerMdc() {
			return new HandlerMdc();
		}

	}

}
