package io.petrichor.tnetstring;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.petrichor.tnetstring.jackson.TNetstringMapper;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The snippets of docs/tnetstrings.md, which are lines of this class.
 */
class TNetstringDocumentationTests {

	private static final Path ROOT = Files.exists(Path.of("docs")) ? Path.of("") : Path.of("..");

	@Test
	void encodedValues() {
		TNetstring order = TNetstring.of(Map.of("sku", List.of("blue", 3)));
		String text = order.toString(); // {"sku": ["blue", 3]}
		Map<String, Object> map = order.asMap(); // in the order of the wire
		long count = TNetstring.parse("2:42#".getBytes(StandardCharsets.US_ASCII)).asLong();
		Integer number = TNetstring.of(42).as(Integer.class);
		assertThat(text).isEqualTo("{\"sku\": [\"blue\", 3]}");
		assertThat(map).containsEntry("sku", List.of("blue", 3L));
		assertThat(count).isEqualTo(42);
		assertThat(number).isEqualTo(42);
	}

	@Test
	void recordsAndPojos() {
		TNetstringMapper mapper = new TNetstringMapper();
		TNetstring value = mapper.writeValueAsTNetstring(new Picture("a.png", new byte[] { 1, 2 }, TNetstring.NULL));
		Picture picture = mapper.readValue(value, Picture.class);
		assertThat(picture.data()).containsExactly(1, 2);
		assertThat(picture.more()).isEqualTo(TNetstring.NULL);
	}

	@Test
	void floats() {
		assertThat(TNetstringEncoder.encode(0.1)).asString(StandardCharsets.US_ASCII).isEqualTo("3:0.1^");
		assertThat(TNetstringEncoder.encode(1e22)).asString(StandardCharsets.US_ASCII)
			.isEqualTo("25:10000000000000000000000.0^");
	}

	@Test
	void everySnippetStandsHere() throws IOException {
		String page = Files.readString(ROOT.resolve("docs/tnetstrings.md"));
		String source = Files.readString(ROOT.resolve("petrichor-spring-boot-autoconfigure/src/test/java")
			.resolve(TNetstringDocumentationTests.class.getName().replace('.', '/') + ".java"));
		String packed = pack(source);
		Matcher snippets = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(page);
		int count = 0;
		while (snippets.find()) {
			count++;
			snippets.group(1).lines().forEach((line) -> assertThat(packed).contains(pack(line)));
		}
		assertThat(count).isEqualTo(2);
		assertThat(page).contains("25:10000000000000000000000.0^");
	}

	/** Lines are broken in other places here. */
	private static String pack(String text) {
		return text.replaceAll("\\s", "");
	}

	record Picture(String name, byte[] data, TNetstring more) {
	}

}
