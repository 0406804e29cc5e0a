package io.petrichor.client;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;

import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.convert.ConversionService;
import org.springframework.util.Assert;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringValueResolver;

import io.petrichor.handler.PetrichorExchange;
import io.petrichor.handler.PetrichorProxy;

/**
 * Makes proxies of interfaces whose methods call a server over a client. Everything about
 * a method is decided, and checked, when the proxy is made. Immutable.
 *
 * @since 0.1.0
 * @see PetrichorExchange
 * @see ImportPetrichorClients
 */
public final class PetrichorClientProxyFactory {

	private final PetrichorClient client;

	private final ConversionService conversions;

	private final StringValueResolver placeholders;

	private PetrichorClientProxyFactory(PetrichorClient client, ConversionService conversions,
			StringValueResolver placeholders) {
		this.client = client;
		this.conversions = conversions;
		this.placeholders = placeholders;
	}

	/**
	 * A factory of proxies for a client.
	 * @param client makes the calls; has to be closed after them
	 * @return the factory
	 */
	public static PetrichorClientProxyFactory of(PetrichorClient client) {
		return new PetrichorClientProxyFactory(client, ApplicationConversionService.getSharedInstance(),
				(route) -> route);
	}

	/**
	 * What makes text of the values of route variables, and of header values that the
	 * protocol has no type for.
	 * @param conversions the conversions, Spring Boot's own if not set
	 * @return a factory that uses them
	 */
	public PetrichorClientProxyFactory conversions(ConversionService conversions) {
		return new PetrichorClientProxyFactory(this.client, conversions, this.placeholders);
	}

	/**
	 * What resolves placeholders in routes.
	 * @param placeholders the resolver; they stay as they are if not set
	 * @return a factory that uses it
	 */
	public PetrichorClientProxyFactory placeholders(StringValueResolver placeholders) {
		return new PetrichorClientProxyFactory(this.client, this.conversions, placeholders);
	}

	/**
	 * Make a proxy.
	 * @param <T> the interface
	 * @param type the same, with {@link PetrichorExchange} on each method that has no
	 * body of its own
	 * @return the proxy, thread-safe
	 * @throws InvalidExchangeException if a method cannot be a call
	 */
	public <T> T create(Class<T> type) {
		Assert.isTrue(type.isInterface(), () -> type.getName() + " is not an interface");
		ExchangeParameters parameters = new ExchangeParameters(this.conversions);
		Map<Method, Exchange> exchanges = new HashMap<>();
		Map<Method, MethodHandle> bodies = new HashMap<>();
		for (Method method : type.getMethods()) {
			if (AnnotatedElementUtils.hasAnnotation(method, PetrichorExchange.class)) {
				exchanges.put(method, Exchange.of(method, type, this.client, parameters, this.placeholders));
			}
			else if (method.isDefault()) {
				bodies.put(method, body(method));
			}
			else if (!Modifier.isStatic(method.getModifiers()) && !ReflectionUtils.isObjectMethod(method)) {
				throw new InvalidExchangeException(method, "has no @PetrichorExchange.",
						"Add it, with the route of a handler, or give the method a body.");
			}
		}
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type, PetrichorProxy.class },
				new ExchangeProxy(type, this.client, exchanges, bodies)));
	}

	/** Found as its interface sees it, which need not be public. */
	private static MethodHandle body(Method method) {
		Class<?> type = method.getDeclaringClass();
		try {
			return MethodHandles.privateLookupIn(type, MethodHandles.lookup()).unreflectSpecial(method, type);
		}
		catch (IllegalAccessException ex) {
			throw new InvalidExchangeException(method,
					"has a body that cannot be called: %s.".formatted(ex.getMessage()),
					"Open its package to this module.");
		}
	}

}
