package io.petrichor.interop;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

import io.petrichor.handler.PetrichorHandler;
import io.petrichor.testing.Program;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.Repository;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The seed's peers against ours.
 */
class PythonPeersTests {

	@Test
	void whenPythonClientHoldsItsConversationThenEverythingComesBackTheSame() {
		TestServer.run(TestServer.with(Echo.class), (port) -> {
			try (Program client = Program.python("conversation.py", "127.0.0.1", String.valueOf(port), "--two")) {
				assertThat(client.awaitSuccess()).contains("ALL THE SAME");
			}
		});
	}

	@Test
	void whenPythonEchoClientTypesThenItReadsItsLines() {
		TestServer.run(TestServer.with(Echo.class), (port) -> {
			try (Program client = Program.python("echo_client.py", "127.0.0.1", String.valueOf(port), "zed")) {
				client.awaitLine("CONNECTED WELCOME");
				client.type("hello\n").awaitLine("> hello");
				client.type("\u2614\n").awaitLine("> \u2614");
				client.endInput().awaitSuccess();
			}
		});
	}

	@Test
	void whenOurPairsGoToThePythonServerThenItAnswersThem() {
		try (Program server = Program.python("echo_server.py", "127.0.0.1", "0")) {
			String line = server.awaitLine("RUNNING");
			int port = Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1));
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of(), "hello").body().asText()).isEqualTo("hello");
				assertThat(peer.request(Map.of("to", "x"), List.of(1, Map.of("a", true))).body().value())
					.isEqualTo(List.of(1L, Map.of("a", true)));
			}
			server.awaitLine("ALL DONE");
		}
	}

	@Test
	void thePythonPeersPassTheirOwnTests() {
		try (Program tests = Program.python("-m", "unittest", "-q")) {
			assertThat(tests.awaitSuccess()).contains("OK");
		}
	}

	@Test
	@DisabledOnOs(OS.WINDOWS)
	void theWrapperScriptPassesItsOwnTests() {
		Path root = Repository.root();
		try (Program tests = Program.start(root, List.of("sh", ".mvn/wrapper/mvnw-test.sh"))) {
			tests.awaitSuccess();
		}
	}

	static class Echo {

		@PetrichorHandler
		Object echo(Object body) {
			return body;
		}

	}

}
