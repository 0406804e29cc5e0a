package io.petrichor.autoconfigure;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;

import io.petrichor.handler.PetrichorHandler;
import io.petrichor.server.PetrichorServer;
import io.petrichor.testing.Program;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a start takes is mostly what it loads: each class costs a good part of a
 * millisecond.
 */
class StartUpTests {

	@Test
	void whenServerStartsThenWhatOnlyRequestsMayNeedIsNotLoaded() {
		try (Program program = Program.start(Path.of("."),
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xlog:class+load",
						"-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
						Application.class.getName(), "--petrichor.server.port=0"))) {
			List<String> loaded = program.awaitSuccess()
				.lines()
				.filter((line) -> line.contains("[class,load] "))
				.map((line) -> line.replaceAll(".*\\[class,load\\] (\\S+).*", "$1"))
				.toList();
			assertThat(loaded).contains(PetrichorServer.class.getName());
			assertThat(loaded).noneMatch((name) -> name.matches("reactor\\.core\\.publisher\\..*"
					+ "|reactor\\.netty\\.(tcp\\.TcpServer|transport\\.Server|channel).*"
					+ "|tools\\.jackson\\.databind\\.(cfg|deser|introspect|ser)\\..*"
					+ "|io\\.petrichor\\.client\\.(DefaultPetrichorClient|Session|Connector|ClientConnection)"
					+ "|io\\.netty\\.(channel\\.epoll|handler\\.codec|resolver)\\..*"));
		}
	}

	static class Application {

		public static void main(String[] arguments) {
			SpringApplication.run(new Class<?>[] { PetrichorServerAutoConfiguration.class,
					PetrichorClientAutoConfiguration.class, Application.class }, arguments);
			// Not what the end would load.
			Runtime.getRuntime().halt(0);
		}

		@PetrichorHandler
		String echo(String body) {
			return body;
		}

	}

}
