package io.petrichor.docs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.StreamSupport;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.petrichor.testing.Repository;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page of the properties is, row for row, what the properties say of themselves.
 */
class ConfigurationDocumentationTests {

	private static final String METADATA = "/META-INF/spring-configuration-metadata.json";

	@ParameterizedTest
	@ValueSource(strings = { "petrichor.server.", "petrichor.client.", "management." })
	void whenThereIsAPropertyThenThePageHasItsRow(String prefix) throws IOException {
		String table = String.join("\n", rows(prefix));
		assertThat(Files.readString(Repository.root().resolve("docs/configuration.md"))).as(table)
			.contains("\n|---|---|---|\n" + table + "\n\n");
	}

	private static List<String> rows(String prefix) throws IOException {
		try (InputStream metadata = ConfigurationDocumentationTests.class.getResourceAsStream(METADATA)) {
			return StreamSupport.stream(new JsonMapper().readTree(metadata).get("properties").spliterator(), false)
				.filter((property) -> property.get("name").asString().startsWith(prefix))
				.map((property) -> row(property, prefix.startsWith("petrichor") ? prefix.length() : 0))
				.sorted()
				.toList();
		}
	}

	private static String row(JsonNode property, int begin) {
		return "| `%s` | %s | %s |".formatted(property.get("name").asString().substring(begin),
				property.has("defaultValue") ? property.get("defaultValue").asString() : "",
				property.get("description")
					.asString()
					.replaceAll(" If a duration suffix is not specified, seconds will be used\\.", ""));
	}

}
