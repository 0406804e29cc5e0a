package io.petrichor.autoconfigure.contract;

import io.petrichor.handler.PetrichorExchange;

/**
 * A contract that a search finds.
 */
@PetrichorExchange("searched")
public interface Searched {

	@PetrichorExchange("find")
	Found find(String name);

	/**
	 * A type of a reply.
	 */
	record Found(String name) {

	}

}
