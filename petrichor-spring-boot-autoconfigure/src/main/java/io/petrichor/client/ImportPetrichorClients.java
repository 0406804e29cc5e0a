package io.petrichor.client;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.AliasFor;

/**
 * On a configuration class, makes beans of interfaces whose methods call a server. If it
 * names neither interfaces nor packages, the package of the class is searched.
 *
 * @since 0.1.0
 * @see io.petrichor.handler.PetrichorExchange
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Repeatable(ImportPetrichorClients.List.class)
@Import(ExchangeRegistrar.class)
public @interface ImportPetrichorClients {

	/**
	 * The interfaces.
	 * @return interfaces with {@code @PetrichorExchange} methods
	 */
	@AliasFor("types")
	Class<?>[] value() default {};

	/**
	 * The same as {@link #value()}.
	 * @return interfaces with {@code @PetrichorExchange} methods
	 */
	@AliasFor("value")
	Class<?>[] types() default {};

	/**
	 * Packages that are searched, with those below them, for interfaces with
	 * {@code @PetrichorExchange} on them.
	 * @return names of packages
	 */
	String[] basePackages() default {};

	/**
	 * The client that makes the calls.
	 * @return the name of one of {@code petrichor.clients}, or else the qualifier of a
	 * client; the default client if empty
	 */
	String client() default "";

	/**
	 * Several of them.
	 */
	@Target(ElementType.TYPE)
	@Retention(RetentionPolicy.RUNTIME)
	@Documented
	@Import(ExchangeRegistrar.class)
	@interface List {

		/**
		 * All of them.
		 * @return the annotations
		 */
		ImportPetrichorClients[] value();

	}

}
