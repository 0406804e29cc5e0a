package io.petrichor.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the parameter of a handler method that gets the body of the request. May be left
 * out: the one parameter that nothing else claims is the body.
 *
 * @since 0.1.0
 */
@Target({ ElementType.PARAMETER, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Body {

	/**
	 * Whether a null body is refused with {@code bad_request}. A parameter that is an
	 * {@code Optional} or may be null by its type takes one in any case.
	 * @return false to take null
	 */
	boolean required() default true;

}
