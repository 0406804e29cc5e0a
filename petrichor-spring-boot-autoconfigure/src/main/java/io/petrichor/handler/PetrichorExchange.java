package io.petrichor.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;

/**
 * Marks a method of an interface as a call of a server: a client makes a proxy of the
 * interface that calls, and a bean that implements the interface answers, so that both
 * sides share one contract. On the interface, gives all methods in it a common beginning
 * of their routes.
 * <p>
 * Parameters are those of a {@link PetrichorHandler} that a caller can give:
 * {@link Body @Body} or the one that has no annotation, {@link Header @Header},
 * {@link Headers @Headers} and {@link RouteVariable @RouteVariable}. A method returns
 * what its caller waits for, or a {@code CompletableFuture}, {@code Mono} or {@code Flux}
 * of that.
 *
 * @since 0.1.0
 */
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@PetrichorHandler
public @interface PetrichorExchange {

	/**
	 * The route, as in {@link PetrichorHandler#value()}.
	 * @return the route
	 */
	@AliasFor(annotation = PetrichorHandler.class, attribute = "route")
	String value() default "";

	/**
	 * The same as {@link #value()}.
	 * @return the route
	 */
	@AliasFor(annotation = PetrichorHandler.class, attribute = "route")
	String route() default "";

	/**
	 * Whether a caller wants no reply: the method returns as soon as the request is on
	 * its way, and does not know whether it arrives. It returns {@code void}, or a
	 * {@code CompletableFuture} or {@code Mono} of {@code Void}.
	 * @return true to want no reply
	 */
	boolean oneway() default false;

}
