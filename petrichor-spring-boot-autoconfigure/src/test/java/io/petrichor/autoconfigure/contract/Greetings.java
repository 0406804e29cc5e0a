package io.petrichor.autoconfigure.contract;

import io.petrichor.handler.PetrichorExchange;

/**
 * A contract without the annotation on itself, so that no search finds it.
 */
public interface Greetings {

	@PetrichorExchange("${greeting.route}")
	String greet(String name);

}
