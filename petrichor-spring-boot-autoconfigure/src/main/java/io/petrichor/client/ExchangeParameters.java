package io.petrichor.client;

import java.lang.reflect.Method;
import java.security.Principal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.MethodParameter;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.core.annotation.AnnotatedMethod;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.convert.TypeDescriptor;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

import io.petrichor.client.PetrichorClient.RequestSpec;
import io.petrichor.handler.Body;
import io.petrichor.handler.Header;
import io.petrichor.handler.Headers;
import io.petrichor.handler.PetrichorConnection;
import io.petrichor.handler.Request;
import io.petrichor.handler.RouteVariable;
import io.petrichor.protocol.Message;

/**
 * Chooses, once for each parameter of a method, where in a request its values go.
 */
final class ExchangeParameters {

	/** What only the side that answers has. */
	private static final List<Class<?>> OF_HANDLERS = List.of(Principal.class, PetrichorConnection.class, Request.class,
			Message.class, Publisher.class);

	/** Where the values of one parameter go. */
	@FunctionalInterface
	interface Target {

		void set(RequestSpec call, @Nullable Object value);

	}

	private static final Target NOWHERE = (call, value) -> {
	};

	private final ConversionService conversions;

	private final ParameterNameDiscoverer names = new DefaultParameterNameDiscoverer();

	ExchangeParameters(ConversionService conversions) {
		this.conversions = conversions;
	}

	ConversionService conversions() {
		return this.conversions;
	}

	Target[] of(Method method, Class<?> type, ExchangeRoute route) {
		MethodParameter[] parameters = new AnnotatedMethod(method).getMethodParameters();
		Target[] targets = new Target[parameters.length];
		@Nullable MethodParameter body = null;
		for (int i = 0; i < targets.length; i++) {
			MethodParameter parameter = parameters[i].withContainingClass(type);
			parameter.initParameterNameDiscovery(this.names);
			@Nullable Target target = annotated(parameter, route);
			if (target == null) {
				if (body != null) {
					throw new InvalidExchangeException(method,
							"has two parameters that could be the body of the request: number %d and number %d."
								.formatted(body.getParameterIndex() + 1, i + 1),
							"Leave one of them, or annotate the other with @Header or @RouteVariable.");
				}
				body = parameter;
				target = body(parameter);
			}
			targets[i] = target;
		}
		if (!route.unfilled().isEmpty()) {
			throw new InvalidExchangeException(method,
					"has %s in its route '%s', which no parameter fills.".formatted(route.unfilled(), route),
					"Add a parameter with @RouteVariable and that name, or correct the route.");
		}
		return targets;
	}

	private @Nullable Target annotated(MethodParameter parameter, ExchangeRoute route) {
		MergedAnnotations annotations = MergedAnnotations.from(parameter.getParameterAnnotations());
		MergedAnnotation<RouteVariable> variable = annotations.get(RouteVariable.class);
		if (variable.isPresent()) {
			return routeVariable(parameter, name(parameter, variable.getString("name"), "@RouteVariable"), route);
		}
		MergedAnnotation<Header> header = annotations.get(Header.class);
		if (header.isPresent()) {
			return header(parameter, header);
		}
		if (annotations.isPresent(Headers.class)
				|| parameter.getParameterType() == io.petrichor.protocol.Header.class) {
			return headers(parameter);
		}
		if (!annotations.isPresent(Body.class)) {
			Class<?> type = parameter.nestedIfOptional().getNestedParameterType();
			if (OF_HANDLERS.stream().anyMatch((own) -> own.isAssignableFrom(type))
					|| type.getName().equals("kotlin.coroutines.Continuation")) {
				throw new InvalidExchangeException(method(parameter),
						"has %s, which a caller cannot give.".formatted(describe(parameter)),
						"Leave it to the handler method: only what the caller gives is part of the contract.");
			}
		}
		return null;
	}

	private Target routeVariable(MethodParameter parameter, String name, ExchangeRoute route) {
		checkText(parameter);
		if (!route.fill(name, parameter.getParameterIndex())) {
			throw new InvalidExchangeException(method(parameter),
					"has %s for a variable '%s' that is not in its route '%s'.".formatted(describe(parameter), name,
							route),
					"Put {%s} into the route as a segment of its own, or correct the name.".formatted(name));
		}
		return NOWHERE;
	}

	private Target header(MethodParameter parameter, MergedAnnotation<Header> annotation) {
		String key = name(parameter, annotation.getString("name"), "@Header");
		if (DefaultRequestSpec.isReserved(key)) {
			throw new InvalidExchangeException(method(parameter),
					"has %s for the header key '%s'.".formatted(describe(parameter), key),
					"That key belongs to the protocol: use another.");
		}
		boolean plain = isPlain(parameter.nestedIfOptional());
		if (!plain) {
			checkText(parameter);
		}
		boolean required = annotation.getBoolean("required") && !parameter.isOptional()
				&& Header.NONE.equals(annotation.getString("defaultValue"));
		return (call, value) -> {
			@Nullable Object given = unwrap(value);
			if (given != null) {
				@Nullable Object written = plain ? given : this.conversions.convert(given, String.class);
				call.header(key, (written != null) ? written : "");
			}
			else {
				Assert.isTrue(!required, () -> "header '" + key + "' must not be null");
			}
		};
	}

	private static Target headers(MethodParameter parameter) {
		if (parameter.getParameterType() == io.petrichor.protocol.Header.class) {
			return (call, value) -> {
				if (value instanceof io.petrichor.protocol.Header header) {
					add(call, header.asMap());
				}
			};
		}
		if (parameter.getParameterType() == Map.class) {
			return (call, value) -> {
				if (value instanceof Map<?, ?> map) {
					add(call, map);
				}
			};
		}
		throw new InvalidExchangeException(method(parameter),
				"has %s with @Headers, which is no Map<String, Object>.".formatted(describe(parameter)),
				"Make it one, or use @Header for a single value.");
	}

	private static void add(RequestSpec call, Map<?, ?> keys) {
		keys.forEach((key, value) -> {
			if (value != null) {
				call.header(String.valueOf(key), value);
			}
		});
	}

	private static Target body(MethodParameter parameter) {
		return (parameter.getParameterType() == Optional.class) ? (call, value) -> call.body(unwrap(value))
				: (call, value) -> call.body(value);
	}

	private static @Nullable Object unwrap(@Nullable Object value) {
		return (value instanceof Optional<?> optional) ? optional.orElse(null) : value;
	}

	/** Whether the protocol has a type for the values. */
	private static boolean isPlain(MethodParameter parameter) {
		Class<?> type = parameter.getNestedParameterType();
		return type == String.class || type == Object.class || type == boolean.class || type == Boolean.class
				|| type == int.class || type == Integer.class || type == long.class || type == Long.class
				|| type == short.class || type == Short.class || Collection.class.isAssignableFrom(type)
				|| Map.class.isAssignableFrom(type);
	}

	private void checkText(MethodParameter parameter) {
		if (!this.conversions.canConvert(new TypeDescriptor(parameter.nestedIfOptional()),
				TypeDescriptor.valueOf(String.class))) {
			throw new InvalidExchangeException(method(parameter),
					"has %s, which cannot be made text of.".formatted(describe(parameter)),
					"Use another type, or register a Converter bean from it to String.");
		}
	}

	private static String name(MethodParameter parameter, String given, String annotation) {
		@Nullable String name = StringUtils.hasText(given) ? given : parameter.getParameterName();
		if (name == null) {
			throw new InvalidExchangeException(method(parameter),
					"has %s with %s, but its name is not known.".formatted(describe(parameter), annotation),
					"Name it in the annotation, or compile with '-parameters'.");
		}
		return name;
	}

	private static String describe(MethodParameter parameter) {
		return "parameter number %d, of type %s".formatted(parameter.getParameterIndex() + 1,
				parameter.getGenericParameterType().getTypeName());
	}

	private static Method method(MethodParameter parameter) {
		return (Method) parameter.getExecutable();
	}

}
