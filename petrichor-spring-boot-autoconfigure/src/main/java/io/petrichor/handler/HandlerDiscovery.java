package io.petrichor.handler;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Finds the methods marked with {@link PetrichorHandler} once all singletons are there,
 * and registers them.
 *
 * @since 0.1.0
 */
public final class HandlerDiscovery implements SmartInitializingSingleton {

	private final ConfigurableListableBeanFactory beans;

	private final HandlerRegistry registry;

	private final Arguments arguments;

	/**
	 * Create the discovery.
	 * @param beans where to look
	 * @param registry where to register
	 * @param resolvers the application's own rules for parameters, in order
	 */
	public HandlerDiscovery(ConfigurableListableBeanFactory beans, HandlerRegistry registry,
			List<HandlerArgumentResolver> resolvers) {
		this.beans = beans;
		this.registry = registry;
		this.arguments = new Arguments(resolvers);
	}

	@Override
	public void afterSingletonsInstantiated() {
		for (String name : this.beans.getBeanNamesForType(Object.class)) {
			if (!ScopedProxyUtils.isScopedTarget(name)) {
				@Nullable Class<?> type = AutoProxyUtils.determineTargetClass(this.beans, name);
				if (type != null && AnnotationUtils.isCandidateClass(type, PetrichorHandler.class)) {
					register(name, type);
				}
			}
		}
	}

	private void register(String name, Class<?> type) {
		Map<Method, PetrichorHandler> methods = MethodIntrospector.selectMethods(type,
				(MethodIntrospector.MetadataLookup<PetrichorHandler>) (method) -> AnnotatedElementUtils
					.findMergedAnnotation(method, PetrichorHandler.class));
		methods.forEach((method, handler) -> {
			Method invocable = AopUtils.selectInvocableMethod(method, this.beans.getType(name));
			this.registry.register(new Route(handler.route(),
					Guarded.by(handler.roles(), new HandlerMethod(bean(name), invocable, this.arguments.of(method))),
					handler.blocking() && !HandlerMethod.isReactive(method)));
		});
	}

	/** A bean that exists already, or one that comes to be with its first request. */
	private Supplier<Object> bean(String name) {
		if (this.beans.containsSingleton(name)) {
			Object bean = this.beans.getBean(name);
			return () -> bean;
		}
		boolean singleton = !this.beans.containsBeanDefinition(name)
				|| BeanDefinition.SCOPE_SINGLETON.equals(scope(name)) || scope(name).isEmpty();
		return singleton ? SingletonSupplier.of(() -> this.beans.getBean(name)) : () -> this.beans.getBean(name);
	}

	private String scope(String name) {
		@Nullable String scope = this.beans.getMergedBeanDefinition(name).getScope();
		return (scope != null) ? scope : "";
	}

}
