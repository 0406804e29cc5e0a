package io.petrichor.handler;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.annotation.OrderUtils;
import org.springframework.core.convert.ConversionService;
import org.springframework.stereotype.Component;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.validation.SmartValidator;

/**
 * Finds the methods marked with {@link PetrichorHandler} and
 * {@link PetrichorExceptionHandler} once all singletons are there, and everything that
 * stands around them: resolvers, interceptors, translators.
 *
 * @since 0.1.0
 */
public final class HandlerDiscovery implements SmartInitializingSingleton {

	private final ConfigurableListableBeanFactory beans;

	private final HandlerRegistry registry;

	private final Bodies bodies;

	/**
	 * Create the discovery.
	 * @param beans where to look
	 * @param registry where to register
	 * @param bodies what reads and writes bodies
	 */
	public HandlerDiscovery(ConfigurableListableBeanFactory beans, HandlerRegistry registry, Bodies bodies) {
		this.beans = beans;
		this.registry = registry;
		this.bodies = bodies;
	}

	@Override
	public void afterSingletonsInstantiated() {
		Arguments arguments = new Arguments(all(HandlerArgumentResolver.class), this.bodies, conversions(this.beans),
				this.beans.getBeanProvider(SmartValidator.class), this.beans::resolveEmbeddedValue);
		List<Advice> advice = new ArrayList<>();
		for (String name : this.beans.getBeanNamesForType(Object.class)) {
			@Nullable Class<?> type = ScopedProxyUtils.isScopedTarget(name) ? null : targetClass(name);
			if (type != null && !isOfSpring(type) && AnnotationUtils.isCandidateClass(type,
					List.of(PetrichorHandler.class, PetrichorExceptionHandler.class))) {
				@Nullable ExceptionHandlers failures = exceptionHandlers(name, type, arguments);
				if (failures != null && AnnotatedElementUtils.hasAnnotation(type, PetrichorAdvice.class)) {
					advice.add(new Advice(order(name, type), failures));
				}
				registerHandlers(name, type, arguments, failures);
			}
		}
		advice.sort(Comparator.comparingInt(Advice::order));
		this.registry.conventions(all(PetrichorInterceptor.class),
				new ErrorReplies(advice.stream().map(Advice::failures).toList(), all(ExceptionTranslator.class)));
	}

	private @Nullable Class<?> targetClass(String name) {
		@Nullable Class<?> type = AutoProxyUtils.determineTargetClass(this.beans, name);
		boolean madeByHand = type != null && Proxy.isProxyClass(type) && this.beans.containsSingleton(name);
		return madeByHand ? AopProxyUtils.ultimateTargetClass(this.beans.getBean(name)) : type;
	}

	/**
	 * A bean of the container itself, as Spring's search for event listeners tells them,
	 * too: only to look at its methods would load much that a start does not need.
	 */
	private static boolean isOfSpring(Class<?> type) {
		return type.getName().startsWith("org.springframework.")
				&& !AnnotatedElementUtils.isAnnotated(type, Component.class);
	}

	/** What calls a server has the annotations of what answers it. */
	private boolean isProxyOfHandlers(String name, Class<?> type) {
		return (type.isInterface() || Proxy.isProxyClass(type)) && this.beans.getBean(name) instanceof PetrichorProxy;
	}

	private <T> List<T> all(Class<T> type) {
		return this.beans.getBeanProvider(type).orderedStream().toList();
	}

	/**
	 * What converts the values of headers and routes, on the side that answers and on the
	 * one that calls: the application's, or else Spring Boot's with all converter beans.
	 * @param beans where to look
	 * @return the conversions
	 */
	public static ConversionService conversions(ConfigurableListableBeanFactory beans) {
		@Nullable ConversionService conversions = beans.getConversionService();
		if (conversions != null && beans.containsBean("conversionService")) {
			return conversions;
		}
		ApplicationConversionService own = new ApplicationConversionService();
		ApplicationConversionService.addBeans(own, beans);
		return own;
	}

	private void registerHandlers(String name, Class<?> type, Arguments arguments,
			@Nullable ExceptionHandlers failures) {
		@Nullable PetrichorHandler ofType = AnnotatedElementUtils.findMergedAnnotation(type, PetrichorHandler.class);
		Map<Method, PetrichorHandler> methods = MethodIntrospector.selectMethods(type,
				(MethodIntrospector.MetadataLookup<PetrichorHandler>) (method) -> AnnotatedElementUtils
					.findMergedAnnotation(method, PetrichorHandler.class));
		if (methods.isEmpty() || isProxyOfHandlers(name, type)) {
			return;
		}
		methods.forEach((method, handler) -> {
			String route = route((ofType != null) ? ofType.route() : "", handler.route());
			boolean blocking = handler.blocking() && (ofType == null || ofType.blocking());
			HandlerMethod call = handlerMethod(name, method, arguments.of(method, type, pattern(method, route)));
			String[] roles = (handler.roles().length == 0 && ofType != null) ? ofType.roles() : handler.roles();
			this.registry.register(
					new Route(route, Guarded.by(roles, call), blocking && !HandlerMethod.isReactive(method), failures));
		});
	}

	private String route(String prefix, String route) {
		String separator = (prefix.isEmpty() || route.isEmpty()) ? "" : ".";
		return String.valueOf(this.beans.resolveEmbeddedValue(prefix + separator + route));
	}

	private static RoutePattern pattern(Method method, String route) {
		try {
			return RoutePattern.of(route);
		}
		catch (IllegalArgumentException ex) {
			throw new UnbindableHandlerException(method, ex.getMessage() + ".", "Correct the route.");
		}
	}

	private @Nullable ExceptionHandlers exceptionHandlers(String name, Class<?> type, Arguments arguments) {
		Map<Method, PetrichorExceptionHandler> methods = MethodIntrospector.selectMethods(type,
				(MethodIntrospector.MetadataLookup<PetrichorExceptionHandler>) (method) -> AnnotatedElementUtils
					.findMergedAnnotation(method, PetrichorExceptionHandler.class));
		Map<Class<? extends Throwable>, HandlerMethod> handlers = new LinkedHashMap<>();
		methods.forEach((method, annotation) -> {
			HandlerMethod handler = handlerMethod(name, method, arguments.ofExceptionHandler(method, type));
			for (Class<? extends Throwable> failure : failures(method, annotation)) {
				HandlerMethod taken = handlers.putIfAbsent(failure, handler);
				if (taken != null) {
					throw new UnbindableHandlerException(method,
							"handles %s, as another method of its class does:%n%n\t%s".formatted(failure.getName(),
									taken),
							"Remove one of them.");
				}
			}
		});
		return handlers.isEmpty() ? null : new ExceptionHandlers(handlers);
	}

	private static List<Class<? extends Throwable>> failures(Method method, PetrichorExceptionHandler annotation) {
		List<Class<? extends Throwable>> failures = new ArrayList<>(List.of(annotation.value()));
		if (failures.isEmpty()) {
			for (Class<?> parameter : method.getParameterTypes()) {
				if (Throwable.class.isAssignableFrom(parameter)) {
					failures.add(parameter.asSubclass(Throwable.class));
				}
			}
		}
		if (failures.isEmpty()) {
			throw new UnbindableHandlerException(method, "does not say which exceptions it handles.",
					"Name them in @PetrichorExceptionHandler, or give it a parameter of the exception's type.");
		}
		return failures;
	}

	private HandlerMethod handlerMethod(String name, Method method, Arguments.Source[] arguments) {
		ReturnValues.check(method, this.bodies);
		@Nullable Class<?> type = this.beans.getType(name);
		Method invocable = (type != null) ? AopUtils.selectInvocableMethod(method, type) : method;
		return new HandlerMethod(bean(name), invocable, arguments);
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

	/** As a bean method says it, or else its class. */
	private int order(String name, Class<?> type) {
		@Nullable Integer order = null;
		if (this.beans.containsBeanDefinition(name)
				&& this.beans.getMergedBeanDefinition(name) instanceof RootBeanDefinition definition) {
			@Nullable Method factoryMethod = definition.getResolvedFactoryMethod();
			order = (factoryMethod != null) ? OrderUtils.getOrder(factoryMethod) : null;
		}
		return (order != null) ? order : OrderUtils.getOrder(type, Ordered.LOWEST_PRECEDENCE);
	}

	/**
	 * The exception handlers of an advice.
	 *
	 * @param order when they are asked
	 * @param failures the exception handlers
	 */
	private record Advice(int order, ExceptionHandlers failures) {
	}

}
