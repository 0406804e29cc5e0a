package io.petrichor.server;

import java.util.Map;

import org.junit.jupiter.api.Test;

import io.petrichor.handler.PetrichorHandler;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;
import io.petrichor.tnetstring.TNetstring;

import static org.assertj.core.api.Assertions.assertThat;

class EchoTests {

	@Test
	void whenPeerSendsRequestThenItsBodyComesBackByteForByte() {
		TestServer.run(TestServer.with(Echo.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of(), "hello").body().asText()).isEqualTo("hello");
				peer.send("0:}005:hello,");
				assertThat(peer.read().body().toByteArray()).asString().isEqualTo("005:hello,");
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
