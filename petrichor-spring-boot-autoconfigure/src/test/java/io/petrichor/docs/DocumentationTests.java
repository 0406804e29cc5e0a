package io.petrichor.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.petrichor.testing.Repository;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The Java that a page shows is compiled: each of its blocks is, to the letter, what
 * stands between {@code // tag::name} and {@code // end::name} in a test.
 */
class DocumentationTests {

	private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

	private static final Pattern REGION = Pattern.compile("// tag::([\\w-]+)\n(.*?)[ \t]*// end::\\1\n",
			Pattern.DOTALL);

	@ParameterizedTest
	@ValueSource(strings = { "client.md", "handlers.md" })
	void everyBlockOfThePageIsCompiledSomewhere(String page) throws IOException {
		List<String> blocks = all(BLOCK, 1, Repository.root().resolve("docs").resolve(page)).toList();
		assertThat(blocks).isNotEmpty().allSatisfy((block) -> assertThat(regions()).contains(block));
	}

	private static Set<String> regions() throws IOException {
		Path sources = Repository.root().resolve("petrichor-spring-boot-autoconfigure/src/test/java/io/petrichor/docs");
		Set<String> regions = new LinkedHashSet<>();
		try (Stream<Path> files = Files.walk(sources)) {
			for (Path file : files.filter((path) -> path.toString().endsWith(".java")).toList()) {
				all(REGION, 2, file).forEach(regions::add);
			}
		}
		return regions;
	}

	private static Stream<String> all(Pattern pattern, int group, Path file) throws IOException {
		Matcher matcher = pattern.matcher(Files.readString(file));
		return matcher.results().map((result) -> result.group(group).stripTrailing().stripIndent().strip());
	}

}
