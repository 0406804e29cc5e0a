package io.petrichor.handler;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.KotlinDetector;
import org.springframework.core.MethodParameter;
import org.springframework.core.Nullness;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.core.annotation.AnnotatedMethod;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.convert.ConversionService;
import org.springframework.util.StringUtils;
import org.springframework.util.StringValueResolver;
import org.springframework.validation.SmartValidator;

import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

/**
 * Chooses, once for each parameter of a handler method, where its values come from.
 */
final class Arguments {

	/** Where the values of one parameter come from. */
	@FunctionalInterface
	interface Source {

		@Nullable Object get(Request request) throws Exception;

	}

	/** The place of what an exception handler is called for. */
	static final Source FAILURE = (request) -> null;

	private final List<HandlerArgumentResolver> resolvers;

	private final Bodies bodies;

	private final ConversionService conversions;

	private final ObjectProvider<SmartValidator> validators;

	private final StringValueResolver placeholders;

	private final ParameterNameDiscoverer names = new DefaultParameterNameDiscoverer();

	Arguments(List<HandlerArgumentResolver> resolvers, Bodies bodies, ConversionService conversions,
			ObjectProvider<SmartValidator> validators, StringValueResolver placeholders) {
		this.resolvers = resolvers;
		this.bodies = bodies;
		this.conversions = conversions;
		this.validators = validators;
		this.placeholders = placeholders;
	}

	/** For a handler method. */
	Source[] of(Method method, Class<?> beanType, RoutePattern route) {
		return of(method, beanType, route, false);
	}

	/** For a method that handles exceptions. */
	Source[] ofExceptionHandler(Method method, Class<?> beanType) {
		return of(method, beanType, null, true);
	}

	private Source[] of(Method method, Class<?> beanType, @Nullable RoutePattern route, boolean failures) {
		if (KotlinDetector.isSuspendingFunction(method)) {
			throw new UnbindableHandlerException(method, "is a suspending function.",
					"Return a Mono or a CompletionStage instead.");
		}
		MethodParameter[] parameters = parameters(method, beanType);
		Source[] sources = new Source[parameters.length];
		@Nullable MethodParameter body = null;
		for (int i = 0; i < sources.length; i++) {
			MethodParameter parameter = parameters[i];
			parameter.initParameterNameDiscovery(this.names);
			@Nullable Source source = (failures && Throwable.class.isAssignableFrom(parameter.getParameterType())) ? FAILURE
					: claimed(parameter, route);
			if (source == null) {
				if (failures && !isBody(parameter)) {
					throw unbindable(parameter);
				}
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

	/**
	 * With the annotations of interfaces, and type variables as the bean's class has
	 * them.
	 */
	private static MethodParameter[] parameters(Method method, Class<?> beanType) {
		return new AnnotatedMethod(method) {

			@Override
			protected Class<?> getContainingClass() {
				return beanType;
			}

		}.getMethodParameters();
	}

	private @Nullable Source claimed(MethodParameter parameter, @Nullable RoutePattern route) {
		for (HandlerArgumentResolver resolver : this.resolvers) {
			if (resolver.supportsParameter(parameter)) {
				return (request) -> resolver.resolveArgument(parameter, request);
			}
		}
		MergedAnnotation<Header> header = annotations(parameter).get(Header.class);
		if (header.isPresent()) {
			return header(parameter, header);
		}
		MergedAnnotation<RouteVariable> variable = annotations(parameter).get(RouteVariable.class);
		if (variable.isPresent()) {
			return routeVariable(parameter, variable, route);
		}
		if (annotations(parameter).isPresent(Headers.class)) {
			return headers(parameter);
		}
		return isBody(parameter) ? null : byType(parameter);
	}

	private @Nullable Source byType(MethodParameter parameter) {
		Class<?> type = parameter.nestedIfOptional().getNestedParameterType();
		if (type == Message.class) {
			return Request::message;
		}
		if (type == io.petrichor.protocol.Header.class) {
			return Request::header;
		}
		if (type == Request.class) {
			return (request) -> request;
		}
		if (type == PetrichorConnection.class) {
			return Request::connection;
		}
		return Principal.class.isAssignableFrom(type) ? principal(parameter, type) : null;
	}

	private static Source principal(MethodParameter parameter, Class<?> type) {
		return optional(parameter, (request) -> {
			@Nullable Principal principal = request.connection().principal();
			if (type.isInstance(principal)) {
				return principal;
			}
			if (parameter.isOptional()) {
				return null;
			}
			throw PetrichorException.refusal(ErrorCode.DENIED, "this needs an authenticated user");
		});
	}

	private static Source headers(MethodParameter parameter) {
		Class<?> type = parameter.getParameterType();
		if (type == io.petrichor.protocol.Header.class) {
			return Request::header;
		}
		if (type == Map.class) {
			return (request) -> request.header().asMap();
		}
		throw new UnbindableHandlerException(method(parameter),
				"has %s with @Headers, which is no Map<String, Object>.".formatted(describe(parameter)),
				"Make it one, or use @Header for a single value.");
	}

	private Source header(MethodParameter parameter, MergedAnnotation<Header> annotation) {
		String key = name(parameter, annotation.getString("name"), "@Header");
		ValueConversion conversion = conversion(parameter, "header '" + key + "'");
		boolean required = annotation.getBoolean("required") && !parameter.isOptional();
		@Nullable Object absent = absent(parameter, annotation.getString("defaultValue"), conversion);
		if (absent == null && !required && parameter.getParameterType().isPrimitive()) {
			throw new UnbindableHandlerException(method(parameter),
					"has %s with @Header, which is not required but cannot be null.".formatted(describe(parameter)),
					"Use its wrapper type or an Optional, or give it a defaultValue.");
		}
		return optional(parameter, (request) -> {
			@Nullable Object value = request.header().get(key);
			if (value != null) {
				return conversion.convert(value);
			}
			if (absent == null && required) {
				throw conversion.missing();
			}
			return absent;
		});
	}

	private @Nullable Object absent(MethodParameter parameter, String defaultValue, ValueConversion conversion) {
		if (Header.NONE.equals(defaultValue)) {
			return null;
		}
		try {
			return conversion.convert(String.valueOf(this.placeholders.resolveStringValue(defaultValue)));
		}
		catch (PetrichorException ex) {
			throw new UnbindableHandlerException(method(parameter),
					"has %s with @Header, whose defaultValue '%s' is not of its type.".formatted(describe(parameter),
							defaultValue),
					"Correct the defaultValue.");
		}
	}

	private Source routeVariable(MethodParameter parameter, MergedAnnotation<RouteVariable> annotation,
			@Nullable RoutePattern route) {
		String name = name(parameter, annotation.getString("name"), "@RouteVariable");
		int index = (route != null) ? route.indexOf(name) : -1;
		if (index < 0) {
			throw new UnbindableHandlerException(method(parameter),
					"has %s for a variable '%s' that is not in its route.".formatted(describe(parameter), name),
					"Put {%s} into the route as a segment of its own, or correct the name.".formatted(name));
		}
		ValueConversion conversion = conversion(parameter, "route variable '" + name + "'");
		return optional(parameter, (request) -> {
			@Nullable String to = request.header().text(HeaderKeys.TO);
			@Nullable String value = (to != null) ? RoutePattern.segment(to, index) : null;
			if (value == null) {
				throw conversion.missing();
			}
			return conversion.convert(value);
		});
	}

	private ValueConversion conversion(MethodParameter parameter, String what) {
		ValueConversion conversion = new ValueConversion(this.conversions, parameter.nestedIfOptional(), what);
		if (!conversion.isPossible()) {
			throw new UnbindableHandlerException(method(parameter),
					"has %s, which no value of a header or route can be converted to.".formatted(describe(parameter)),
					"Use another type, or register a Converter bean from String to it.");
		}
		return conversion;
	}

	private Source body(MethodParameter parameter) {
		MethodParameter nested = parameter.nestedIfOptional();
		if (nested.getNestedParameterType() == TNetstring.class) {
			return optional(parameter, Request::body);
		}
		Function<TNetstring, @Nullable Object> reader = reader(parameter, nested);
		boolean required = isBodyRequired(parameter);
		@Nullable BodyValidation validation = validation(parameter);
		return optional(parameter, (request) -> {
			@Nullable Object body = reader.apply(request.body());
			if (body == null) {
				if (required) {
					throw PetrichorException.refusal(ErrorCode.BAD_REQUEST, "body: it must not be null");
				}
			}
			else if (validation != null) {
				validation.check(body);
			}
			return body;
		});
	}

	private Function<TNetstring, @Nullable Object> reader(MethodParameter parameter, MethodParameter nested) {
		Type type = GenericTypeResolver.resolveType(nested.getNestedGenericParameterType(),
				nested.getContainingClass());
		try {
			return this.bodies.reader(type);
		}
		catch (IllegalArgumentException ex) {
			throw new UnbindableHandlerException(method(parameter),
					"has %s, which cannot be bound. %s.".formatted(describe(parameter), ex.getMessage()),
					"Use a type that a body can be read as, or register a HandlerArgumentResolver bean for it.");
		}
	}

	/** Only {@code Object} takes null unasked: it stands for whatever was sent. */
	private static boolean isBodyRequired(MethodParameter parameter) {
		boolean byDefault = parameter.getParameterType() != Object.class
				|| Nullness.forMethodParameter(parameter) == Nullness.NON_NULL;
		return byDefault && !parameter.isOptional()
				&& annotations(parameter).get(Body.class).getValue("required", Boolean.class).orElse(true);
	}

	private @Nullable BodyValidation validation(MethodParameter parameter) {
		Object @Nullable [] hints = BodyValidation.hints(parameter);
		if (hints == null) {
			return null;
		}
		return new BodyValidation(validator(parameter), hints);
	}

	/**
	 * The only one or the primary one, or else the one of Bean Validation: Spring MVC and
	 * WebFlux bring another of their own.
	 */
	private SmartValidator validator(MethodParameter parameter) {
		@Nullable SmartValidator unique = this.validators.getIfUnique();
		if (unique != null) {
			return unique;
		}
		List<SmartValidator> all = this.validators.stream().toList();
		if (all.isEmpty()) {
			throw new UnbindableHandlerException(method(parameter),
					"has %s that is to be validated, but there is no validator.".formatted(describe(parameter)),
					"Add spring-boot-starter-validation, or define a SmartValidator bean.");
		}
		List<SmartValidator> ofBeans = all.stream().filter(BodyValidation::isOfBeans).toList();
		if (ofBeans.size() != 1) {
			throw new UnbindableHandlerException(method(parameter),
					"has %s that is to be validated, but there are several validators: %s."
						.formatted(describe(parameter), all.stream().map((one) -> one.getClass().getName()).toList()),
					"Mark one of the SmartValidator beans as @Primary.");
		}
		return ofBeans.get(0);
	}

	private static Source optional(MethodParameter parameter, Source source) {
		return (parameter.getParameterType() == Optional.class) ? (request) -> Optional.ofNullable(source.get(request))
				: source;
	}

	private static boolean isBody(MethodParameter parameter) {
		return annotations(parameter).isPresent(Body.class);
	}

	private static MergedAnnotations annotations(MethodParameter parameter) {
		return MergedAnnotations.from(parameter.getParameterAnnotations());
	}

	private static String name(MethodParameter parameter, String given, String annotation) {
		@Nullable String name = StringUtils.hasText(given) ? given : parameter.getParameterName();
		if (name == null) {
			throw new UnbindableHandlerException(method(parameter),
					"has %s with %s, but its name is not known.".formatted(describe(parameter), annotation),
					"Name it in the annotation, or compile with '-parameters'.");
		}
		return name;
	}

	private static UnbindableHandlerException unbindable(MethodParameter parameter) {
		return new UnbindableHandlerException(method(parameter),
				"has a parameter that nothing can bind: %s.".formatted(describe(parameter)),
				"Use a type that a body can be read as, or register a HandlerArgumentResolver bean for it.");
	}

	private static String describe(MethodParameter parameter) {
		return "parameter number %d, of type %s".formatted(parameter.getParameterIndex() + 1,
				parameter.getGenericParameterType().getTypeName());
	}

	private static Method method(MethodParameter parameter) {
		return (Method) parameter.getExecutable();
	}

}
