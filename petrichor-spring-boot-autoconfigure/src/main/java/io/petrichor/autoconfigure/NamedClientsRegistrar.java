package io.petrichor.autoconfigure;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.RuntimeBeanReference;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

import io.petrichor.client.PetrichorClient;

/**
 * Registers a client for each name under {@code petrichor.clients}, to be injected with
 * that name as its qualifier.
 */
final class NamedClientsRegistrar implements ImportBeanDefinitionRegistrar {

	private final Environment environment;

	NamedClientsRegistrar(Environment environment) {
		this.environment = environment;
	}

	@Override
	public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
		PetrichorClientFactory.named(this.environment).forEach((name, properties) -> {
			String beanName = name + "PetrichorClient";
			registry.registerBeanDefinition(beanName, client(name));
			if (properties.isEager()) {
				registry.registerBeanDefinition(beanName + "Start",
						start(beanName, PetrichorClientFactory.NAMED + "." + name));
			}
		});
	}

	/** Without a lambda, which processing ahead of time could not write down. */
	private static BeanDefinition client(String name) {
		RootBeanDefinition client = new RootBeanDefinition();
		client.setTargetType(PetrichorClient.class);
		client.setFactoryBeanName("petrichorClientFactory");
		client.setUniqueFactoryMethodName("named");
		client.getConstructorArgumentValues().addIndexedArgumentValue(0, name);
		client.addQualifier(new AutowireCandidateQualifier(Qualifier.class, name));
		client.setFallback(true);
		client.setDestroyMethodName("close");
		client.setLazyInit(true);
		return client;
	}

	private static BeanDefinition start(String client, String property) {
		RootBeanDefinition start = new RootBeanDefinition(PetrichorClientStart.class);
		start.getConstructorArgumentValues().addIndexedArgumentValue(0, new RuntimeBeanReference(client));
		start.getConstructorArgumentValues().addIndexedArgumentValue(1, property);
		return start;
	}

}
