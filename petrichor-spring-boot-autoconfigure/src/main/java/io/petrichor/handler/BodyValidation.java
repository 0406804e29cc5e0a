package io.petrichor.handler;

import java.lang.annotation.Annotation;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;
import org.springframework.util.ClassUtils;
import org.springframework.validation.BeanPropertyBindingResult;
import org.springframework.validation.ObjectError;
import org.springframework.validation.FieldError;
import org.springframework.validation.SmartValidator;
import org.springframework.validation.annotation.ValidationAnnotationUtils;

import io.petrichor.protocol.ErrorCode;

/**
 * Checks a bound body that is marked with {@code @Valid} or {@code @Validated}.
 */
final class BodyValidation {

	private final SmartValidator validator;

	private final Object[] hints;

	BodyValidation(SmartValidator validator, Object[] hints) {
		this.validator = validator;
		this.hints = hints;
	}

	/** The groups to validate, or null if the parameter does not ask for validation. */
	static Object @Nullable [] hints(MethodParameter parameter) {
		for (Annotation annotation : parameter.getParameterAnnotations()) {
			Object @Nullable [] hints = ValidationAnnotationUtils.determineValidationHints(annotation);
			if (hints != null) {
				return hints;
			}
		}
		return null;
	}

	/** Told by the name of the type, which need not be on the class path. */
	static boolean isOfBeans(SmartValidator validator) {
		return ClassUtils.getAllInterfacesForClassAsSet(validator.getClass())
			.stream()
			.anyMatch((type) -> type.getName().equals("jakarta.validation.Validator"));
	}

	void check(Object value) {
		BeanPropertyBindingResult result = new BeanPropertyBindingResult(value, "body");
		this.validator.validate(value, result, this.hints);
		if (result.hasErrors()) {
			Map<String, String> fields = new TreeMap<>();
			for (ObjectError error : result.getAllErrors()) {
				String field = (error instanceof FieldError fieldError) ? fieldError.getField() : "";
				fields.merge(field, String.valueOf(error.getDefaultMessage()), (one, other) -> one + ", " + other);
			}
			throw PetrichorException.refusal(ErrorCode.BAD_REQUEST, BindingFailure.of("the body is not valid", fields));
		}
	}

}
