package io.petrichor.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.aot.hint.annotation.Reflective;
import org.springframework.core.annotation.AliasFor;
import org.springframework.stereotype.Component;

/**
 * Marks a component whose {@link PetrichorExceptionHandler} methods are there for the
 * handlers of all classes. Those of the handler's own class are asked first, then those
 * of all advices in their order.
 *
 * @since 0.1.0
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Component
@Reflective(HandlerMethodHints.class)
public @interface PetrichorAdvice {

	/**
	 * The name of the bean.
	 * @return the name, empty for the default one
	 */
	@AliasFor(annotation = Component.class)
	String value() default "";

}
