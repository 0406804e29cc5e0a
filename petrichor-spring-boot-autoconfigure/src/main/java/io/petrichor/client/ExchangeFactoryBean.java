package io.petrichor.client;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.SmartFactoryBean;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalyzedException;

import io.petrichor.handler.HandlerDiscovery;

/**
 * The proxy of an interface as a bean, made at start-up. Not for applications, which have
 * {@link ImportPetrichorClients}: it is public for the code that processing ahead of time
 * writes, which stands beside the interface if that is not public.
 *
 * @param <T> the interface
 * @since 0.1.0
 */
public final class ExchangeFactoryBean<T> implements SmartFactoryBean<T> {

	private final Class<T> type;

	private final String client;

	private final ConfigurableListableBeanFactory beans;

	/**
	 * Create the bean.
	 * @param type the interface
	 * @param client the qualifier of the client, empty for the default one
	 * @param beans where the client is
	 */
	public ExchangeFactoryBean(Class<T> type, String client, ConfigurableListableBeanFactory beans) {
		this.type = type;
		this.client = client;
		this.beans = beans;
	}

	@Override
	public T getObject() {
		return PetrichorClientProxyFactory.of(client())
			.conversions(HandlerDiscovery.conversions(this.beans))
			.placeholders(this.beans::resolveEmbeddedValue)
			.create(this.type);
	}

	private PetrichorClient client() {
		try {
			return this.client.isEmpty() ? this.beans.getBean(PetrichorClient.class)
					: BeanFactoryAnnotationUtils.qualifiedBeanOfType(this.beans, PetrichorClient.class, this.client);
		}
		catch (NoSuchBeanDefinitionException ex) {
			throw new NoClientException(this.type, this.client, ex);
		}
	}

	@Override
	public @Nullable Class<?> getObjectType() {
		return this.type;
	}

	@Override
	public boolean isEagerInit() {
		return true;
	}

	/** The client that an interface is called over is not there. */
	static final class NoClientException extends FailureAnalyzedException {

		private static final long serialVersionUID = 1L;

		NoClientException(Class<?> type, String client, Exception cause) {
			super("The interface %s calls over %s, which is not there.".formatted(type.getName(), client
				.isEmpty() ? "the default Petrichor client" : "the Petrichor client '" + client + "'"), client.isEmpty()
						? "Leave 'petrichor.client.enabled' true, or define a PetrichorClient bean."
						: "Set 'petrichor.clients.%s.address', or define a PetrichorClient bean with that qualifier."
							.formatted(client),
					cause);
		}

	}

}
