package io.petrichor.client;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What is behind the proxy of an interface.
 */
final class ExchangeProxy implements InvocationHandler {

	private static final Object[] NONE = {};

	private final Class<?> type;

	private final PetrichorClient client;

	private final Map<Method, Exchange> exchanges;

	ExchangeProxy(Class<?> type, PetrichorClient client, Map<Method, Exchange> exchanges) {
		this.type = type;
		this.client = client;
		this.exchanges = exchanges;
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		Exchange exchange = this.exchanges.get(method);
		if (exchange != null) {
			return exchange.call((arguments != null) ? arguments : NONE);
		}
		return switch (method.getName()) {
			case "equals" -> arguments != null && proxy == arguments[0];
			case "hashCode" -> System.identityHashCode(proxy);
			case "toString" -> this.type.getName() + " over " + this.client;
			default -> InvocationHandler.invokeDefault(proxy, method, arguments);
		};
	}

}
