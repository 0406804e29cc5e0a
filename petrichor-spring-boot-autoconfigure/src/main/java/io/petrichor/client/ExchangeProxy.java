package io.petrichor.client;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
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

	private final Map<Method, MethodHandle> bodies;

	ExchangeProxy(Class<?> type, PetrichorClient client, Map<Method, Exchange> exchanges,
			Map<Method, MethodHandle> bodies) {
		this.type = type;
		this.client = client;
		this.exchanges = exchanges;
		this.bodies = bodies;
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		Exchange exchange = this.exchanges.get(method);
		if (exchange != null) {
			return exchange.call((arguments != null) ? arguments : NONE);
		}
		MethodHandle body = this.bodies.get(method);
		if (body != null) {
			return body.bindTo(proxy).invokeWithArguments((arguments != null) ? Arrays.asList(arguments) : List.of());
		}
		return switch (method.getName()) {
			case "equals" -> arguments != null && proxy == arguments[0];
			case "hashCode" -> System.identityHashCode(proxy);
			case "toString" -> this.type.getName() + " over " + this.client;
			default -> throw new UnsupportedOperationException(method.toString());
		};
	}

}
