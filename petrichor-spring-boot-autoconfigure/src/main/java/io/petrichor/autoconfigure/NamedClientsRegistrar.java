package io.petrichor.autoconfigure;

import java.util.Map;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

import io.petrichor.client.PetrichorClient;

/**
 * Registers a client for each name under {@code petrichor.clients}, to be injected with
 * that name as its qualifier.
 */
final class NamedClientsRegistrar implements ImportBeanDefinitionRegistrar {

	private static final String PREFIX = "petrichor.clients";

	private final Environment environment;

	private final BeanFactory beans;

	NamedClientsRegistrar(Environment environment, BeanFactory beans) {
		this.environment = environment;
		this.beans = beans;
	}

	@Override
	public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
		Map<String, PetrichorClientProperties> clients = Binder.get(this.environment)
			.bind(PREFIX, Bindable.mapOf(String.class, PetrichorClientProperties.class))
			.orElse(Map.of());
		clients.forEach((name, properties) -> {
			String beanName = name + "PetrichorClient";
			RootBeanDefinition client = new RootBeanDefinition(PetrichorClient.class,
					() -> this.beans.getBean(PetrichorClientFactory.class)
						.builder(name, properties, properties.getAddress())
						.build());
			client.addQualifier(new AutowireCandidateQualifier(Qualifier.class, name));
			client.setDestroyMethodName("close");
			client.setLazyInit(true);
			registry.registerBeanDefinition(beanName, client);
			if (properties.isEager()) {
				RootBeanDefinition start = new RootBeanDefinition(PetrichorClientStart.class,
						() -> new PetrichorClientStart(this.beans.getBean(beanName, PetrichorClient.class),
								PREFIX + "." + name));
				registry.registerBeanDefinition(beanName + "Start", start);
			}
		});
	}

}
