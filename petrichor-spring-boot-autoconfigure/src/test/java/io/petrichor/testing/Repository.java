package io.petrichor.testing;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where things are in the checkout that the tests run in.
 */
public final class Repository {

	private Repository() {
	}

	/**
	 * The root of the checkout.
	 * @return the folder
	 */
	public static Path root() {
		Path path = Path.of("").toAbsolutePath();
		while (!Files.exists(path.resolve("mvnw"))) {
			path = path.getParent();
		}
		return path;
	}

	/**
	 * The folder of the Python peers.
	 * @return the folder
	 */
	public static Path python() {
		return root().resolve("interop").resolve("python");
	}

}
