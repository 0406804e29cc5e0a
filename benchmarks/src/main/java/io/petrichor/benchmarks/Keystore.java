package io.petrichor.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A certificate for the servers, made by the JDK's own tool and gone with the run.
 */
final class Keystore {

	static final String PASSWORD = "benchmark";

	private Keystore() {
	}

	static Path create() throws IOException, InterruptedException {
		Path file = Files.createTempDirectory("benchmark").resolve("server.p12");
		int exit = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-alias", "server", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=localhost",
				"-validity", "2", "-storetype", "PKCS12", "-keystore", file.toString(), "-storepass", PASSWORD)
			.inheritIO()
			.start()
			.waitFor();
		if (exit != 0) {
			throw new IOException("keytool ended with " + exit);
		}
		file.toFile().deleteOnExit();
		file.getParent().toFile().deleteOnExit();
		return file;
	}

}
