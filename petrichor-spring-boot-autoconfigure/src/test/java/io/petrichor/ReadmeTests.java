package io.petrichor;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.stereotype.Component;

import io.petrichor.handler.PetrichorConnection;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.Repository;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the README shows is what works.
 */
class ReadmeTests {

	// @formatter:off
	// tag::greetings
	@Component
	class Greetings {

		@PetrichorHandler("greet")
		String greet(String name, PetrichorConnection peer) {
			return "Hello " + name + ", says " + peer.user();
		}

	}
	// end::greetings
	// @formatter:on

	@Test
	void theHandlerOfTheReadmeGreets() {
		TestServer.run(TestServer.with().withBean(Greetings.class, Greetings::new), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of("to", "greet"), "Ann").body().asText()).isEqualTo("Hello Ann, says zed");
			}
		});
	}

	@Test
	void theHandlerOfTheReadmeIsTheOneTestedHere() throws IOException {
		String source = Files.readString(Repository.root()
			.resolve("petrichor-spring-boot-autoconfigure/src/test/java/io/petrichor/ReadmeTests.java"));
		String tested = source.substring(source.indexOf("tag::greetings") + 15, source.indexOf("// end::greetings"));
		assertThat(block("java").strip()).isEqualTo(tested.stripIndent().strip());
	}

	@Test
	void theYamlOfTheReadmeIsAboutTheServer() throws IOException {
		var sources = new YamlPropertySourceLoader().load("readme", new ByteArrayResource(block("yaml").getBytes()));
		assertThat(sources).hasSize(1);
		assertThat(sources.get(0).getProperty("petrichor.server.port")).isEqualTo(7387);
	}

	@Test
	void thePagesTheReadmeLinksToAreThere() throws IOException {
		Matcher links = Pattern.compile("\\]\\(([^)#]+)\\)").matcher(readme());
		while (links.find()) {
			assertThat(Repository.root().resolve(links.group(1))).exists();
		}
	}

	private static String block(String language) throws IOException {
		Matcher block = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(readme());
		assertThat(block.find()).isTrue();
		return block.group(1);
	}

	private static String readme() throws IOException {
		return Files.readString(Repository.root().resolve("README.md"));
	}

}
