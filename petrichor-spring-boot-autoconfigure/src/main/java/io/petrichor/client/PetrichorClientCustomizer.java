package io.petrichor.client;

/**
 * Changes the builder of a client. Beans of this type are asked in their order, for every
 * client, after everything the properties say.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PetrichorClientCustomizer {

	/**
	 * Change the builder.
	 * @param builder the builder of a client; {@link PetrichorClient.Builder#name()}
	 * tells of which
	 */
	void customize(PetrichorClient.Builder builder);

}
