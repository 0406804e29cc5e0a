package io.petrichor.handler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.aot.hint.annotation.Reflective;
import org.springframework.core.annotation.AliasFor;

/**
 * Marks a method of a bean as the handler of requests. What it returns is the body of the
 * reply. On a class, gives all handlers in it a common beginning of their routes.
 *
 * @since 0.1.0
 */
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Reflective(HandlerMethodHints.class)
public @interface PetrichorHandler {

	/**
	 * The route, as the header key {@code to} of a request has it. A segment (what stands
	 * between dots) may be a variable in braces: <code>orders.{id}.lines</code>.
	 * Placeholders are resolved. Without a route, the method is the default handler: it
	 * gets the requests that name no route, as those of the seed's client. A route on the
	 * class goes before those of its methods, with a dot between them; a method without
	 * one has the route of the class.
	 * @return the route
	 */
	@AliasFor("route")
	String value() default "";

	/**
	 * The same as {@link #value()}.
	 * @return the route
	 */
	@AliasFor("value")
	String route() default "";

	/**
	 * Whether the method may block. One that may runs on the handler executor; one that
	 * says it never does runs on the event loop, which is faster and holds up every other
	 * connection if it was wrong. Methods that return a {@code Mono}, {@code Flux} or
	 * {@code CompletionStage} always run on the event loop. False on the class holds for
	 * all of its methods.
	 * @return false to run on the event loop
	 */
	boolean blocking() default true;

	/**
	 * Who may send requests here: peers to whom the authenticator gave one of these
	 * roles. Others are answered {@code denied}. Without roles, everybody may who was let
	 * in.
	 * @return the roles
	 */
	String[] roles() default {};

}
