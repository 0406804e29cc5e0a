package io.petrichor.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;

/**
 * Marks the parameter of a handler method that gets one value of the request's header,
 * converted to its type.
 *
 * @since 0.1.0
 * @see Headers
 */
@Target({ ElementType.PARAMETER, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Header {

	/**
	 * The key. The parameter's own name if not given.
	 * @return the key
	 */
	@AliasFor("name")
	String value() default "";

	/**
	 * The same as {@link #value()}.
	 * @return the key
	 */
	@AliasFor("value")
	String name() default "";

	/**
	 * Whether a request without the key is refused with {@code bad_request}. A parameter
	 * that is an {@code Optional} or may be null by its type does without in any case.
	 * @return false to take null
	 */
	boolean required() default true;

	/**
	 * What the parameter gets from a request without the key; converted once, at
	 * start-up. Placeholders are resolved.
	 * @return the value as text
	 */
	String defaultValue() default NONE;

	/**
	 * No default value.
	 */
	String NONE = "\n\t\t\n";

}
