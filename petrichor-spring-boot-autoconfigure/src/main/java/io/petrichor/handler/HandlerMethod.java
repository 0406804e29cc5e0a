package io.petrichor.handler;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

import org.springframework.util.ReflectionUtils;

/**
 * A method of a bean as a handler, with everything decided that can be decided before the
 * first request.
 */
final class HandlerMethod implements Handler {

	private final Supplier<Object> bean;

	private final Method method;

	private final Arguments.Source[] arguments;

	private final boolean returnsNothing;

	private final boolean capturesContext;

	/**
	 * Create a handler.
	 * @param bean the bean, with its proxies
	 * @param method the method to call on it
	 * @param arguments where the values of its parameters come from
	 */
	HandlerMethod(Supplier<Object> bean, Method method, Arguments.Source[] arguments) {
		this.bean = bean;
		this.method = method;
		this.arguments = arguments;
		this.returnsNothing = method.getReturnType() == void.class;
		this.capturesContext = ContextCapture.concerns(method.getReturnType());
		ReflectionUtils.makeAccessible(method);
	}

	/** Whether what the method returns says that it does its work elsewhere. */
	static boolean isReactive(Method method) {
		Class<?> type = method.getReturnType();
		return Publisher.class.isAssignableFrom(type) || CompletionStage.class.isAssignableFrom(type);
	}

	@Override
	public @Nullable Object handle(Request request) throws Exception {
		return call(request, null);
	}

	/** Call the method, of an exception handler with the failure it is called for. */
	@Nullable Object call(Request request, @Nullable Throwable failure) throws Exception {
		@Nullable Object[] values = new Object[this.arguments.length];
		for (int i = 0; i < values.length; i++) {
			Arguments.Source source = this.arguments[i];
			values[i] = (source == Arguments.FAILURE) ? failure : source.get(request);
		}
		try {
			Object result = this.method.invoke(this.bean.get(), values);
			if (this.returnsNothing) {
				return ReturnValues.NOTHING;
			}
			return this.capturesContext ? ContextCapture.capture(result) : result;
		}
		catch (InvocationTargetException ex) {
			ReflectionUtils.rethrowException(ex.getTargetException());
			throw ex;
		}
	}

	@Override
	public String toString() {
		return this.method.toGenericString();
	}

}
