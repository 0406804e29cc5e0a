package io.petrichor.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import io.petrichor.protocol.Message;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code docs/handlers.md} shows is what is compiled here, and does what the page
 * says.
 */
class HandlersPageTests {

	private static final Pattern IN_PAGE = Pattern.compile("<!-- snippet: (\\S+) -->\n```java\n(.*?)\n```",
			Pattern.DOTALL);

	private static final Pattern IN_SOURCE = Pattern.compile("\t*// snippet: (\\S+)\n(.*?)\n\t*// end", Pattern.DOTALL);

	@Test
	void whenPageShowsCodeThenItIsTheCodeThatIsCompiled() throws IOException {
		String page = Files.readString(Path.of("../docs/handlers.md"));
		Map<String, String> shown = snippets(IN_PAGE, page);
		assertThat(shown).isEqualTo(
				snippets(IN_SOURCE, Files.readString(Path.of("src/test/java/io/petrichor/docs/HandlersPage.java"))));
		assertThat(Pattern.compile("```java").matcher(page).results().count()).isEqualTo(shown.size());
	}

	@Test
	void whenHandlersOfPageAreUsedThenTheyAnswerAsThePageSays() {
		TestServer.run(TestServer.with(HandlersPage.class, HandlersPage.Orders.class, HandlersPage.Failures.class,
				HandlersPage.Beans.class, HandlersPage.ByHand.class, HandlersPage.News.class), (port) -> {
					try (RawPeer peer = RawPeer.welcomed(port)) {
						assertThat(value(peer, Map.of("to", "orders.create", "tenant", "acme"),
								Map.of("sku", "a", "quantity", 1)))
							.isEqualTo(Map.of("number", 1L));
						assertThat(value(peer, Map.of("to", "orders.7.lines"), ""))
							.isEqualTo(List.of(Map.of("sku", "a"), Map.of("sku", "b")));
						assertThat(value(peer, Map.of("to", "report"), "abc")).isEqualTo("3 bytes within 30 s");
						assertThat(value(peer, Map.of("to", "numbers"), "")).isEqualTo(List.of(1L, 2L, 3L));
						assertThat(value(peer, Map.of("to", "later"), "")).isEqualTo("done");
						assertThat(value(peer, Map.of("to", "version"), "")).isEqualTo("1.0");
						Message denied = peer.request(Map.of("to", "version", "weekend", true), "");
						assertThat(denied.header().text("error")).isEqualTo("denied");
					}
				});
	}

	private static Object value(RawPeer peer, Map<String, ?> header, Object body) {
		Message reply = peer.request(header, body);
		assertThat(reply.header().get("error")).as(reply.body().toString()).isNull();
		return reply.body().value();
	}

	private static Map<String, String> snippets(Pattern pattern, String text) {
		return pattern.matcher(text)
			.results()
			.collect(Collectors.toMap((match) -> match.group(1), HandlersPageTests::unindented));
	}

	private static String unindented(MatchResult match) {
		String code = match.group(2);
		String indent = code.substring(0, code.length() - code.stripLeading().length());
		return code.lines()
			.map((line) -> line.startsWith(indent) ? line.substring(indent.length()) : line)
			.collect(Collectors.joining("\n"));
	}

}
