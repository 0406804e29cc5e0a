package io.petrichor.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;

/**
 * Marks the parameter of a handler method that gets what a request's route has in the
 * place of a variable, converted to its type: {@code 7} for {@code {id}} in
 * {@code orders.{id}} and a request to {@code orders.7}.
 *
 * @since 0.1.0
 */
@Target({ ElementType.PARAMETER, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface RouteVariable {

	/**
	 * The name of the variable. The parameter's own name if not given.
	 * @return the name
	 */
	@AliasFor("name")
	String value() default "";

	/**
	 * The same as {@link #value()}.
	 * @return the name
	 */
	@AliasFor("value")
	String name() default "";

}
