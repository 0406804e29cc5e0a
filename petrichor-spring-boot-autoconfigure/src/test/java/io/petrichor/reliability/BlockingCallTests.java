package io.petrichor.reliability;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.blockhound.BlockHound;

import io.petrichor.client.PetrichorClient;
import io.petrichor.testing.Authority;
import io.petrichor.testing.RawPeer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Nothing that the server does on its event loops blocks them, nor do they wait for each
 * other or for handlers to let go of a lock. BlockHound watches them in a process of its
 * own, since it rewrites classes.
 */
class BlockingCallTests {

	private static final String FOUND = "An event loop was blocked";

	private static final List<String> WATCHED = List.of("-Xmx128m", "-XX:+AllowRedefinitionToAddDeleteMethods",
			"-Dreliability.blockhound=true");

	private static final int TIMES = 10;

	private static final Map<String, ?> CAN = Map.of("can",
			Map.of("re", 4, "more", true, "push", true, "oneway", true, "bye", true));

	/** In the process of the server, before it starts. */
	static void watch() {
		BlockHound.builder()
			.loadIntegrations()
			.nonBlockingThreadPredicate((others) -> others.or((thread) -> thread.getName().startsWith("petrichor-nio")))
			// Seldom, and starting the thread takes longer than its lock is held.
			.allowBlockingCallsInside("java.util.concurrent.ThreadPoolExecutor", "addWorker")
			// Where the log goes is for the application to say.
			.allowBlockingCallsInside("ch.qos.logback.classic.Logger", "callAppenders")
			.blockingMethodCallback((method) -> new Error(FOUND + " by " + method).printStackTrace(System.out))
			.install();
	}

	@Test
	void whenServerServesThenNoEventLoopBlocks() throws Exception {
		try (ServerProcess server = ServerProcess.start(WATCHED)) {
			int port = server.port();
			LoadTests.drive((driver) -> serve(() -> RawPeer.connect(port)));
			deny(RawPeer.connect(port));
			try (PetrichorClient client = PetrichorClient.builder().address("127.0.0.1:" + port).build()) {
				assertThat(client.request().body("hello").retrieve(String.class)).isEqualTo("hello");
			}
			assertThat(server.program().output()).doesNotContain(FOUND);
			// And that it would be noticed.
			try (RawPeer peer = RawPeer.welcomed(port)) {
				peer.request(Map.of("to", "block.the.loop"), "");
			}
			server.program().awaitLine(FOUND);
		}
	}

	@Test
	void whenServerServesOverTlsThenNoEventLoopBlocks(@TempDir Path folder) throws Exception {
		Authority authority = new Authority(folder);
		try (ServerProcess server = ServerProcess.startOverTls(authority, WATCHED)) {
			int port = server.port();
			LoadTests.drive((driver) -> serve(() -> authority.connect(port)));
			deny(authority.connect(port));
			assertThat(server.program().output()).doesNotContain(FOUND);
		}
	}

	private static void serve(Callable<RawPeer> peers) throws Exception {
		for (int i = 0; i < TIMES; i++) {
			try (RawPeer peer = peers.call().introduce(CAN)) {
				peer.send(Map.of("to", "stream", "id", 1), 60_000);
				assertThat(peer.read().header().flag("more")).isTrue();
				peer.send(Map.of("id", 1, "cancel", true), "").send(Map.of("to", "never", "id", 2), "");
			}
			try (RawPeer peer = peers.call().introduce(Map.of())) {
				assertThat(peer.request(Map.of(), "hello").body().asText()).isEqualTo("hello");
				assertThat(peer.request(Map.of("to", "checked"), "1").body().asText()).startsWith("1 ");
				assertThat(peer.request(Map.of("to", "fail"), "stack").header().text("error")).isEqualTo("internal");
				assertThat(peer.send("nonsense").read().header().text("error")).isEqualTo("bad_request");
			}
		}
	}

	private static void deny(RawPeer peer) {
		try (peer) {
			assertThat(peer.request(Map.of("user", "eve"), "").header().flag("allowed")).isFalse();
		}
	}

}
