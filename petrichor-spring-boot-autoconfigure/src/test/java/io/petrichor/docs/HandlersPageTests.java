package io.petrichor.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import io.petrichor.protocol.Message;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.Repository;
import io.petrichor.testing.TestServer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code docs/handlers.md} shows does what the page says.
 */
class HandlersPageTests {

	private static final Pattern TYPED = Pattern.compile("\\$ printf '(.*)' \\| nc 127.0.0.1 7387");

	@Test
	void whenHandlersOfPageAreUsedThenTheyAnswerAsThePageSays() {
		TestServer
			.run(TestServer.with(HandlersPage.Methods.class, HandlersPage.Orders.class, HandlersPage.Failures.class,
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

	@Test
	void whenLineOfPageIsTypedThenReplyIsAsThePageSays() throws IOException {
		String page = Files.readString(Repository.root().resolve("docs/handlers.md"));
		Matcher typed = TYPED.matcher(page);
		assertThat(typed.find()).isTrue();
		TestServer.run(TestServer.with(HandlersPage.Orders.class), (port) -> {
			try (RawPeer peer = RawPeer.connect(port)) {
				peer.send(typed.group(1));
				assertThat(peer.read().header().flag("allowed")).isTrue();
				Message reply = peer.read();
				assertThat(reply.body().value()).isEqualTo(Map.of("number", 1L));
				assertThat(page).contains("`" + new String(reply.header().encoded().toByteArray(), US_ASCII)
						+ new String(reply.body().toByteArray(), US_ASCII) + "`");
			}
		});
	}

	private static Object value(RawPeer peer, Map<String, ?> header, Object body) {
		Message reply = peer.request(header, body);
		assertThat(reply.header().get("error")).as(reply.body().toString()).isNull();
		return reply.body().value();
	}

}
