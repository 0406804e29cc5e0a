package io.petrichor.server;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.Message;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;
import io.petrichor.tnetstring.TNetstring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Input that breaks the protocol costs its sender one readable error and the connection,
 * and nobody else anything.
 */
class BadInputTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			header is not a dictionary | 5:hello,0:, | bad_request
			header is over its size    | 8193:       | too_big
			body is over its size      | 0:}1048577: | too_big
			garbage                    | GET /       | bad_request
			size has ten digits        | 0:}0000000000 | bad_request
			type is unknown            | 0:}1:x?     | bad_request
			item crosses its list      | 0:}4:3:ab], | bad_request
			a key appears twice        | 16:1:a,1:1#1:a,1:2#}0:, | bad_request
			""")
	void whenPairIsBadThenPeerReadsOneErrorAndTheEnd(String what, String bytes, String code) {
		TestServer.run(TestServer.with(Echo.class), (port) -> {
			try (RawPeer canary = RawPeer.welcomed(port); RawPeer peer = RawPeer.welcomed(port)) {
				peer.send("0:}5:first,").send(bytes.strip()).send("0:}5:never,".repeat(100));
				assertThat(peer.read().body().asText()).isEqualTo("first");
				Message error = peer.read();
				assertThat(error.header().text("error")).as(what).isEqualTo(code.strip());
				assertThat(error.body().asText()).isNotBlank();
				assertThat(peer.read()).isNull();
				assertThat(canary.request(Map.of(), "alive").body().asText()).isEqualTo("alive");
			}
		});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			header is not a dictionary | 5:hello,0:, | bad_request
			header is over its size    | 16385:      | too_big
			garbage                    | hello       | bad_request
			too deep                   | 0:}28:24:20:16:12:9:6:3:0:]]]]]]]]] | too_big
			""")
	void whenFirstPairIsBadThenPeerIsDeniedAndReadsWhy(String what, String bytes, String code) {
		TestServer.run(TestServer.with(Echo.class), (port) -> {
			try (RawPeer peer = RawPeer.connect(port)) {
				peer.send(bytes.strip());
				Message denial = peer.read();
				assertThat(denial.header().get("allowed")).as(what).isEqualTo(false);
				assertThat(denial.header().text("error")).isEqualTo(code.strip());
				assertThat(peer.read()).isNull();
			}
		});
	}

	@Test
	void whenPairIsTornByTheEndOfTheStreamThenEverythingBeforeItIsAnswered() {
		TestServer.with(Echo.class).run((context) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				peer.send("0:}5:first,0:}5:sec").endOutput();
				assertThat(peer.read().body().asText()).isEqualTo("first");
				assertThat(peer.read().header().text("error")).isEqualTo("bad_request");
				assertThat(peer.read()).isNull();
			}
			await().until(() -> context.getBean(PetrichorServer.class).connectionCount() == 0);
		});
	}

	@Test
	void whenPeerSendsNothingThenItIsClosedAtTheDeadline() {
		TestServer.run(TestServer.with(Echo.class).withPropertyValues("petrichor.server.handshake.timeout=200ms"),
				(port) -> {
					try (RawPeer silent = RawPeer.connect(port)) {
						assertThat(silent.read()).isNull();
					}
				});
	}

	@Test
	void whenPeerTypesTheReadmesLineThenItReadsTheWelcomeAndItsBody() {
		TestServer.run(TestServer.with(Echo.class).withPropertyValues("petrichor.server.identity.ident=i"), (port) -> {
			try (RawPeer peer = RawPeer.connect(port)) {
				peer.send("13:4:user,3:zed,}0:,0:}5:hello,").endOutput();
				assertThat(new String(peer.socket().getInputStream().readAllBytes()))
					.isEqualTo("45:5:ident,1:i,7:version,3:0.1,7:allowed,4:true!}7:WELCOME,0:}5:hello,");
			}
		});
	}

	static class Echo {

		@PetrichorHandler
		TNetstring echo(TNetstring body) {
			return body;
		}

	}

}
