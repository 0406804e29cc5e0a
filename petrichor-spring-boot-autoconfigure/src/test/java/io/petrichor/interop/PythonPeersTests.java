package io.petrichor.interop;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

import io.petrichor.handler.PetrichorHandler;
import io.petrichor.testing.Program;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.Repository;
import io.petrichor.testing.TestServer;
import io.petrichor.tnetstring.TNetstring;

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
				for (Object body : List.of("hello", "", random(100_000), everyType())) {
					TNetstring sent = TNetstring.of(body);
					assertThat(peer.request(Map.of(), body).body()).isEqualTo(sent);
				}
				for (int i = 0; i < 50; i++) {
					peer.send(Map.of("to", "ignored"), i);
				}
				for (int i = 0; i < 50; i++) {
					assertThat(peer.read().body().asLong()).isEqualTo(i);
				}
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

	private static byte[] random(int length) {
		byte[] bytes = new byte[length];
		new Random(7).nextBytes(bytes);
		return bytes;
	}

	/** Each of the seven types in a list and in a dictionary, these in each other. */
	private static Object everyType() {
		List<Object> list = new ArrayList<>(List.of("text", -42, 1.5, true, Map.of(), List.of()));
		list.add(null);
		Map<String, Object> dictionary = new LinkedHashMap<>();
		for (Object value : list) {
			dictionary.put("key " + dictionary.size(), value);
		}
		return List.of(list, dictionary, Map.of("list", list, "dictionary", dictionary));
	}

	static class Echo {

		@PetrichorHandler
		Object echo(Object body) {
			return body;
		}

	}

}
