package io.petrichor.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Properties of named Petrichor clients.
 *
 * @since 0.1.0
 */
@ConfigurationProperties("petrichor")
public class PetrichorNamedClientsProperties {

	/**
	 * Clients by name, each with the properties of petrichor.client.
	 */
	private final Map<String, PetrichorClientProperties> clients = new LinkedHashMap<>();

	public Map<String, PetrichorClientProperties> getClients() {
		return this.clients;
	}

}
