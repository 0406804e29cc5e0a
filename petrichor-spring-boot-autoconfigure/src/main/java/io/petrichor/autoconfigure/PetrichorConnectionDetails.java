package io.petrichor.autoconfigure;

import java.util.List;

import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Where the server of the default client is, if not where the properties say: a container
 * of a test, for example.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PetrichorConnectionDetails extends ConnectionDetails {

	/**
	 * The addresses of servers that are as good as each other.
	 * @return addresses of the form {@code host:port}, the first to be tried first
	 */
	List<String> addresses();

}
