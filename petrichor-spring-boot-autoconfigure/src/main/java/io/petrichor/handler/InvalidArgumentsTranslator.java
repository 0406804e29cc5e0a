package io.petrichor.handler;

import java.lang.reflect.Method;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.validation.method.MethodValidationException;

import io.petrichor.protocol.ErrorCode;

/**
 * Answers {@code bad_request} where a class of handlers is {@code @Validated} and an
 * argument violates the constraints of its parameter. What a handler returns, and what it
 * calls, is no fault of the peer.
 *
 * @since 0.1.0
 */
public final class InvalidArgumentsTranslator implements ExceptionTranslator {

	@Override
	public @Nullable PetrichorError translate(Throwable failure, Request request) {
		Map<String, String> parameters = new TreeMap<>();
		if (failure instanceof ConstraintViolationException ex) {
			ex.getConstraintViolations()
				.stream()
				.filter(InvalidArgumentsTranslator::isOfHandler)
				.forEach((violation) -> add(parameters, parameter(violation), violation.getMessage()));
		}
		else if (failure instanceof MethodValidationException ex && !ex.isForReturnValue()
				&& isHandler(ex.getMethod())) {
			ex.getParameterValidationResults()
				.forEach((result) -> result.getResolvableErrors()
					.forEach((error) -> add(parameters, result.getMethodParameter().getParameterName(),
							error.getDefaultMessage())));
		}
		return parameters.isEmpty() ? null
				: PetrichorError.of(ErrorCode.BAD_REQUEST, BindingFailure.of("an argument is not valid", parameters));
	}

	private static void add(Map<String, String> parameters, @Nullable String name, @Nullable String message) {
		parameters.merge(String.valueOf(name), String.valueOf(message), (one, other) -> one + ", " + other);
	}

	private static boolean isOfHandler(ConstraintViolation<?> violation) {
		Path.Node node = violation.getPropertyPath().iterator().next();
		if (node.getKind() != ElementKind.METHOD || violation.getExecutableParameters() == null) {
			return false;
		}
		@Nullable Method method = ReflectionUtils.findMethod(violation.getRootBeanClass(), node.getName(),
				node.as(Path.MethodNode.class).getParameterTypes().toArray(Class<?>[]::new));
		return method != null && isHandler(method);
	}

	private static boolean isHandler(Method method) {
		return AnnotatedElementUtils.hasAnnotation(method, PetrichorHandler.class);
	}

	private static String parameter(ConstraintViolation<?> violation) {
		Iterator<Path.Node> path = violation.getPropertyPath().iterator();
		path.next();
		StringBuilder name = new StringBuilder();
		path.forEachRemaining((node) -> name.append(name.isEmpty() ? "" : ".").append(node));
		return name.toString();
	}

}
