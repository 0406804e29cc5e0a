package io.petrichor.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.aot.hint.annotation.Reflective;

/**
 * Marks a method that decides what is answered when a handler fails: one of the same
 * class, or any if the method is in a {@link PetrichorAdvice}. Of several, the one with
 * the closest type is called. It has the parameters of a handler method, and one of an
 * exception type; what it returns is answered as if the handler had returned it,
 * {@link PetrichorError} as an error.
 *
 * @since 0.1.0
 */
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Reflective(HandlerMethodHints.class)
public @interface PetrichorExceptionHandler {

	/**
	 * The exceptions, with all of their subtypes. Those of the method's parameters if not
	 * given.
	 * @return the exception types
	 */
	Class<? extends Throwable>[] value() default {};

}
