package io.petrichor.client;

import java.util.Map;

/**
 * Adds to what a client says of itself, or changes it: a fresh token, for example. Asked
 * before every connect, and not on an event loop, so it may block for as long as a
 * connect may take.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface IdentityCustomizer {

	/**
	 * Change the identity.
	 * @param identity the header of the first pair: {@code user}, {@code ident},
	 * {@code version} and what the application configured
	 * @throws Exception if there can be no identity; the connect has failed then
	 */
	void customize(Map<String, Object> identity) throws Exception;

}
