package io.petrichor.reliability;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockHound;

import io.petrichor.client.PetrichorClient;
import io.petrichor.testing.RawPeer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nothing that the server does on its event loops blocks them. BlockHound watches them in
 * a process of its own, since it rewrites classes.
 */
class BlockingCallTests {

	private static final String FOUND = "An event loop was blocked";

	private static final Map<String, ?> CAN = Map.of("can",
			Map.of("re", 4, "more", true, "push", true, "oneway", true, "bye", true));

	/** In the process of the server, before it starts. */
	static void watch() {
		BlockHound.builder()
			.loadIntegrations()
			.nonBlockingThreadPredicate((others) -> others.or((thread) -> thread.getName().startsWith("petrichor-nio")))
			// Where the log goes is for the application to say.
			.allowBlockingCallsInside("ch.qos.logback.classic.Logger", "callAppenders")
			.blockingMethodCallback((method) -> new Error(FOUND + " by " + method).printStackTrace(System.out))
			.install();
	}

	@Test
	void whenServerServesThenNoEventLoopBlocks() throws Exception {
		try (ServerProcess server = ServerProcess
			.start(List.of("-Xmx128m", "-XX:+AllowRedefinitionToAddDeleteMethods", "-Dreliability.blockhound=true"))) {
			serve(server.port());
			assertThat(server.program().output()).doesNotContain(FOUND);
			// And that it would be noticed.
			try (RawPeer peer = RawPeer.welcomed(server.port())) {
				peer.request(Map.of("to", "block.the.loop"), "");
			}
			server.program().awaitLine(FOUND);
		}
	}

	private static void serve(int port) {
		for (int i = 0; i < 20; i++) {
			try (RawPeer peer = RawPeer.welcomed(port, CAN)) {
				peer.send(Map.of("to", "stream", "id", 1), 60_000);
				assertThat(peer.read().header().flag("more")).isTrue();
				peer.send(Map.of("id", 1, "cancel", true), "").send(Map.of("to", "never", "id", 2), "");
			}
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of(), "hello").body().asText()).isEqualTo("hello");
				assertThat(peer.request(Map.of("to", "checked"), "1").body().asText()).startsWith("1 ");
				assertThat(peer.request(Map.of("to", "fail"), "stack").header().text("error")).isEqualTo("internal");
				assertThat(peer.send("nonsense").read().header().text("error")).isEqualTo("bad_request");
			}
		}
		try (RawPeer peer = RawPeer.connect(port)) {
			assertThat(peer.request(Map.of("user", "eve"), "").header().flag("allowed")).isFalse();
		}
		try (PetrichorClient client = PetrichorClient.builder().address("127.0.0.1:" + port).build()) {
			assertThat(client.request().body("hello").retrieve(String.class)).isEqualTo("hello");
		}
	}

}
