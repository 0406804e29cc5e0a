package io.petrichor.client;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

import io.petrichor.handler.PetrichorExchange;

/**
 * Registers a bean for each interface that {@link ImportPetrichorClients} finds.
 */
final class ExchangeRegistrar implements ImportBeanDefinitionRegistrar {

	private final Environment environment;

	private final ResourceLoader resources;

	ExchangeRegistrar(Environment environment, ResourceLoader resources) {
		this.environment = environment;
		this.resources = resources;
	}

	@Override
	public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
		MergedAnnotation<ImportPetrichorClients> single = metadata.getAnnotations().get(ImportPetrichorClients.class);
		if (single.isPresent()) {
			register(single, metadata, registry);
		}
		MergedAnnotation<ImportPetrichorClients.List> several = metadata.getAnnotations()
			.get(ImportPetrichorClients.List.class);
		if (several.isPresent()) {
			for (MergedAnnotation<ImportPetrichorClients> one : several.getAnnotationArray(MergedAnnotation.VALUE,
					ImportPetrichorClients.class)) {
				register(one, metadata, registry);
			}
		}
	}

	private void register(MergedAnnotation<ImportPetrichorClients> annotation, AnnotationMetadata importing,
			BeanDefinitionRegistry registry) {
		for (String type : types(annotation, importing.getClassName())) {
			register(type, annotation.getString("client"), registry);
		}
	}

	private Set<String> types(MergedAnnotation<ImportPetrichorClients> annotation, String importing) {
		String[] named = annotation.asAnnotationAttributes(MergedAnnotation.Adapt.CLASS_TO_STRING)
			.getStringArray("types");
		String[] packages = annotation.getStringArray("basePackages");
		if (named.length == 0 && packages.length == 0) {
			packages = new String[] { ClassUtils.getPackageName(importing) };
		}
		Set<String> types = new LinkedHashSet<>(Arrays.asList(named));
		Interfaces interfaces = new Interfaces(this.environment);
		interfaces.setResourceLoader(this.resources);
		for (String name : packages) {
			interfaces.findCandidateComponents(name)
				.stream()
				.map(BeanDefinition::getBeanClassName)
				.forEach((type) -> types.add(String.valueOf(type)));
		}
		return types;
	}

	private void register(String typeName, String client, BeanDefinitionRegistry registry) {
		Class<?> type = ClassUtils.resolveClassName(typeName, this.resources.getClassLoader());
		RootBeanDefinition bean = new RootBeanDefinition(ExchangeFactoryBean.class);
		bean.getConstructorArgumentValues().addIndexedArgumentValue(0, type);
		bean.getConstructorArgumentValues().addIndexedArgumentValue(1, client);
		bean.setTargetType(ResolvableType.forClassWithGenerics(ExchangeFactoryBean.class, type));
		bean.setAttribute(FactoryBean.OBJECT_TYPE_ATTRIBUTE, type);
		String name = ClassUtils.getShortNameAsProperty(type);
		if (!client.isEmpty()) {
			bean.addQualifier(new AutowireCandidateQualifier(Qualifier.class, client));
			name = client + StringUtils.capitalize(name);
		}
		registry.registerBeanDefinition(name, bean);
	}

	/**
	 * Finds interfaces, which are no components.
	 */
	private static final class Interfaces extends ClassPathScanningCandidateComponentProvider {

		Interfaces(Environment environment) {
			super(false, environment);
			addIncludeFilter(new AnnotationTypeFilter(PetrichorExchange.class, false, false));
		}

		@Override
		protected boolean isCandidateComponent(AnnotatedBeanDefinition definition) {
			return definition.getMetadata().isInterface() && !definition.getMetadata().isAnnotation();
		}

	}

}
