package io.petrichor.handler;

import java.io.InputStream;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;

import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;
import io.petrichor.tnetstring.TNetstringConversionException;

/**
 * Chooses, once for each parameter of a handler method, where its values come from.
 */
final class Arguments {

	/** Where the values of one parameter come from. */
	@FunctionalInterface
	interface Source {

		@Nullable Object get(Request request) throws Exception;

	}

	private static final Set<Class<?>> BODY_TYPES = Set.of(byte[].class, ByteBuffer.class, InputStream.class,
			String.class, int.class, Integer.class, long.class, Long.class, short.class, Short.class, double.class,
			Double.class, float.class, Float.class, boolean.class, Boolean.class, BigInteger.class, BigDecimal.class,
			Map.class, List.class, Object.class);

	private final List<HandlerArgumentResolver> resolvers;

	Arguments(List<HandlerArgumentResolver> resolvers) {
		this.resolvers = resolvers;
	}

	Source[] of(Method method) {
		Source[] sources = new Source[method.getParameterCount()];
		@Nullable MethodParameter body = null;
		for (int i = 0; i < sources.length; i++) {
			MethodParameter parameter = new MethodParameter(method, i);
			@Nullable Source source = claimed(parameter);
			if (source == null) {
				if (body != null) {
					throw new UnbindableHandlerException(method,
							"has two parameters that could be the body of the request: number %d and number %d."
								.formatted(body.getParameterIndex() + 1, i + 1),
							"Leave one of them, or register a HandlerArgumentResolver bean for the other.");
				}
				body = parameter;
				source = body(parameter);
			}
			sources[i] = source;
		}
		return sources;
	}

	private @Nullable Source claimed(MethodParameter parameter) {
		for (HandlerArgumentResolver resolver : this.resolvers) {
			if (resolver.supportsParameter(parameter)) {
				return (request) -> resolver.resolveArgument(parameter, request);
			}
		}
		Class<?> type = parameter.getParameterType();
		if (type == Message.class) {
			return Request::message;
		}
		if (type == Header.class) {
			return Request::header;
		}
		if (type == Request.class) {
			return (request) -> request;
		}
		if (type == PetrichorConnection.class) {
			return Request::connection;
		}
		return null;
	}

	private static Source body(MethodParameter parameter) {
		Class<?> type = parameter.getParameterType();
		if (type == TNetstring.class) {
			return Request::body;
		}
		if (!BODY_TYPES.contains(type)) {
			throw new UnbindableHandlerException((Method) parameter.getExecutable(),
					"has a parameter that nothing can bind: number %d, of type %s."
						.formatted(parameter.getParameterIndex() + 1, type.getName()),
					"Use a type that a body can be read as, or register a HandlerArgumentResolver bean for it.");
		}
		return (request) -> {
			try {
				return request.body().as(type);
			}
			catch (TNetstringConversionException ex) {
				throw new PetrichorException(ErrorCode.BAD_REQUEST.wireName(), "body: " + ex.getMessage(), ex);
			}
		};
	}

}
