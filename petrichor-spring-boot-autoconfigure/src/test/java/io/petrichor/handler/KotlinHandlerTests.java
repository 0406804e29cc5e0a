package io.petrichor.handler;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.petrichor.protocol.Message;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Handlers written in Kotlin: its nullability says what may be missing.
 */
class KotlinHandlerTests {

	@Test
	void whenAHeaderIsNullableThenItMayBeMissing() {
		assertThat(reply("nullable.header", Map.of(), "").body().asText()).isEqualTo("hello nobody");
		assertThat(reply("nullable.header", Map.of("name", "zed"), "").body().asText()).isEqualTo("hello zed");
	}

	@Test
	void whenAHeaderIsNotNullableThenItMustBeThere() {
		assertThat(reply("header", Map.of("name", "zed"), "").body().asText()).isEqualTo("hello zed");
		assertThat(reply("header", Map.of(), "").header().text("error")).isEqualTo("bad_request");
	}

	@Test
	void whenABodyIsNullableThenItMayBeNull() {
		assertThat(reply("nullable.body", Map.of(), null).body().asText()).isEqualTo("nothing");
		assertThat(reply("nullable.body", Map.of(), "text").body().asText()).isEqualTo("text");
	}

	@Test
	void whenABodyIsNotNullableThenNullIsRefused() {
		assertThat(reply("body", Map.of(), "text").body().asText()).isEqualTo("text");
		assertThat(reply("body", Map.of(), null).header().text("error")).isEqualTo("bad_request");
	}

	@Test
	void whenAFunctionReturnsUnitThenTheReplyIsEmpty() {
		Message reply = reply("nothing", Map.of(), "");
		assertThat(reply.header().text("error")).isNull();
		assertThat(reply.body().asText()).isEmpty();
	}

	@Test
	void whenAFunctionSuspendsThenTheStartFailsAndNamesIt() {
		TestServer.with(SuspendingHandlers.class)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.hasMessageContaining("SuspendingHandlers.suspending")
				.hasMessageContaining("suspending function"));
	}

	private static Message reply(String route, Map<String, ?> header, @Nullable Object body) {
		Message[] reply = new Message[1];
		TestServer.run(TestServer.with(KotlinHandlers.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				Map<String, Object> sent = new HashMap<>(header);
				sent.put("to", route);
				reply[0] = peer.request(sent, body);
			}
		});
		return reply[0];
	}

}
