package io.petrichor.autoconfigure;

import java.util.List;
import java.util.Map;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;

import org.springframework.beans.factory.BeanCreationNotAllowedException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.core.env.Environment;

import io.petrichor.client.IdentityCustomizer;
import io.petrichor.client.PetrichorClient;
import io.petrichor.client.PetrichorClientCustomizer;
import io.petrichor.client.PetrichorClientStateEvent;
import io.petrichor.handler.Bodies;
import io.petrichor.handler.Dispatcher;

/**
 * Builders of clients as the properties and beans of an application want them.
 */
final class PetrichorClientFactory {

	/** Where the properties of the clients with names begin. */
	static final String NAMED = "petrichor.clients";

	private static final Log logger = LogFactory.getLog(PetrichorClientFactory.class);

	private final ObjectProvider<IdentityCustomizer> identities;

	private final ObjectProvider<PetrichorClientCustomizer> customizers;

	private final ObjectProvider<SslBundles> bundles;

	private final ObjectProvider<Bodies> bodies;

	private final ObjectProvider<Dispatcher> dispatchers;

	private final ApplicationEventPublisher events;

	private final LoopResources loops;

	private final Environment environment;

	private final String application;

	PetrichorClientFactory(BeanFactory beans, ApplicationEventPublisher events, Environment environment,
			LoopResources loops) {
		this.identities = beans.getBeanProvider(IdentityCustomizer.class);
		this.customizers = beans.getBeanProvider(PetrichorClientCustomizer.class);
		this.bundles = beans.getBeanProvider(SslBundles.class);
		this.bodies = beans.getBeanProvider(Bodies.class);
		this.dispatchers = beans.getBeanProvider(Dispatcher.class);
		this.events = events;
		this.loops = loops;
		this.environment = environment;
		this.application = environment.getProperty("spring.application.name", "application");
	}

	/**
	 * A client with a name, as the properties say it when it is made.
	 * @param name the name of the client
	 */
	PetrichorClient named(String name) {
		PetrichorClientProperties properties = named(this.environment).getOrDefault(name,
				new PetrichorClientProperties());
		return builder(name, properties, properties.getAddress()).build();
	}

	/**
	 * The properties of the clients with names.
	 * @param environment where they are
	 */
	static Map<String, PetrichorClientProperties> named(Environment environment) {
		return Binder.get(environment)
			.bind(NAMED, Bindable.mapOf(String.class, PetrichorClientProperties.class))
			.orElse(Map.of());
	}

	/**
	 * A builder, customized.
	 * @param name the name of the client
	 * @param properties what it is configured with
	 * @param addresses where its servers are
	 */
	PetrichorClient.Builder builder(String name, PetrichorClientProperties properties, List<String> addresses) {
		PetrichorClient.Builder builder = PetrichorClient.builder()
			.name(name)
			.address(addresses.toArray(String[]::new))
			.user((properties.getUser() != null) ? properties.getUser() : this.application)
			.roundRobin(properties.isRoundRobin())
			.limits(properties.getMessage().limits())
			.bodies(this.bodies.getIfAvailable(Bodies::create))
			.dispatcher(dispatcher())
			.listener(this::publish)
			.loopResources(this.loops);
		PropertyMapper map = PropertyMapper.get();
		map.from(properties::getConnectTimeout).to(builder::connectTimeout);
		map.from(properties::getHandshakeTimeout).to(builder::handshakeTimeout);
		map.from(properties::getRequestTimeout).to(builder::requestTimeout);
		map.from(properties::getMaxInFlight).to(builder::maxInFlight);
		map.from(properties::getMaxWaiting).to(builder::maxWaiting);
		map.from(properties.getMessage()::getTimeout).to(builder::messageTimeout);
		map.from(properties.getSsl()::getBundle).to((bundle) -> builder.ssl(this.bundles.getObject(), bundle));
		PetrichorClientProperties.Reconnect reconnect = properties.getReconnect();
		if (reconnect.isEnabled()) {
			builder.reconnect(reconnect.getFirst(), reconnect.getMax());
		}
		else {
			builder.noReconnect();
		}
		properties.getIdentity().forEach(builder::identity);
		this.identities.orderedStream().forEach(builder::identity);
		this.customizers.orderedStream().forEach((customizer) -> customizer.customize(builder));
		return builder;
	}

	private void publish(PetrichorClientStateEvent event) {
		try {
			this.events.publishEvent(event);
		}
		catch (BeanCreationNotAllowedException ex) {
			logger.debug("The application has ended, so nobody hears that Petrichor client '%s' is %s"
				.formatted(event.client(), event.state()));
		}
	}

	private @Nullable Dispatcher dispatcher() {
		Dispatcher dispatcher = this.dispatchers.getIfUnique();
		return dispatcher;
	}

}
