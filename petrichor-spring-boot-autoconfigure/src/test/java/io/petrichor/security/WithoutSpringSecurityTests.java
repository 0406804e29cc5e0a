package io.petrichor.security;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;

import io.petrichor.autoconfigure.PetrichorServerAutoConfiguration;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.testing.Program;
import io.petrichor.testing.RawPeer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that has nothing of Spring Security on its class path.
 */
class WithoutSpringSecurityTests {

	@Test
	void whenSpringSecurityIsNotThereThenServerDoesWithoutIt() {
		try (Program application = start("--petrichor.server.authentication.tokens.batch.secret=s3cret")) {
			String line = application.awaitLine("Petrichor server listens on");
			int port = Integer.parseInt(line.replaceAll(".* port (\\d+),.*", "$1"));
			try (RawPeer peer = RawPeer.welcomed(port, Map.of("token", "s3cret"))) {
				assertThat(peer.request(Map.of(), "").body().asText()).isEqualTo("hello");
			}
		}
	}

	@Test
	void whenPasswordsCannotBeCheckedThenStartFailsAndSaysWhatToAdd() throws Exception {
		try (Program application = start("--petrichor.server.authentication.users.zed.password={noop}x")) {
			assertThat(application.process().waitFor()).isEqualTo(1);
			application.awaitLine("APPLICATION FAILED TO START");
			application.awaitLine("'petrichor.server.authentication.users' is set, and there is nothing to check");
			application.awaitLine("org.springframework.security:spring-security-crypto");
		}
	}

	private static Program start(String... arguments) {
		String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !entry.contains("spring-security"))
			.collect(Collectors.joining(File.pathSeparator));
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPath,
						Application.class.getName(), "--petrichor.server.port=0"));
		command.addAll(List.of(arguments));
		return Program.start(Path.of("."), command);
	}

	static class Application {

		public static void main(String[] arguments) {
			SpringApplication.run(new Class<?>[] { PetrichorServerAutoConfiguration.class, Hello.class }, arguments);
		}

	}

	static class Hello {

		@PetrichorHandler
		String hello() {
			return "hello";
		}

	}

}
