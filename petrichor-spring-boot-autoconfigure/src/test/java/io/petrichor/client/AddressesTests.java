package io.petrichor.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.resources.LoopResources;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.petrichor.handler.PetrichorHandler;
import io.petrichor.testing.Program;
import io.petrichor.testing.ScriptedServer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Where a client connects to, and what it does to the socket.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class AddressesTests {

	/** Of a block for documentation: nobody is there. */
	private static final String NOWHERE = "192.0.2.1:7387";

	@Test
	void whenNameHasSeveralAddressesThenTheyAreTriedInTurn(@TempDir Path folder) throws Exception {
		Path hosts = Files.writeString(folder.resolve("hosts"),
				"127.0.0.2 many\n127.0.0.3 many\n127.0.0.1 many\n127.0.0.1 localhost\n");
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo);
				Program caller = Program.start(Path.of("."),
						List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
								"-Djdk.net.hosts.file=" + hosts, "-cp", System.getProperty("java.class.path"),
								Caller.class.getName(), "many:" + server.port()))) {
			assertThat(caller.awaitSuccess()).contains("reply: hello");
			assertThat(server.accepted()).isOne();
		}
	}

	@Test
	void whenServerDeniesForNowThenTheNextAddressIsTried() {
		try (ScriptedServer going = ScriptedServer.start((peer) -> {
			peer.read();
			peer.send(Map.of("allowed", false, "error", "going", "retry", 60_000), "about to stop");
			peer.read();
		});
				ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo);
				PetrichorClient client = PetrichorClient.builder().address(going.address(), server.address()).build()) {
			assertThat(client.request().body("x").retrieve(String.class)).isEqualTo("x");
			assertThat(going.accepted()).isOne();
		}
	}

	@Test
	void whenServerDeniesForGoodThenNoOtherAddressIsTried() {
		try (ScriptedServer denying = ScriptedServer.start((peer) -> {
			peer.read();
			peer.send(Map.of("allowed", false), "never");
			peer.read();
		});
				ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo);
				PetrichorClient client = PetrichorClient.builder()
					.address(denying.address(), server.address())
					.build()) {
			assertThatExceptionOfType(PetrichorDeniedException.class)
				.isThrownBy(() -> client.request().retrieve(String.class));
			assertThat(server.accepted()).isZero();
		}
	}

	@Test
	void whenSecretsGoOverPlaintextOffLoopbackThenThereIsOneWarning(CapturedOutput output) {
		try (PetrichorClient client = nowhere().identity("token", "secret").build()) {
			fail(client);
			fail(client);
		}
		assertThat(output.toString().split("in plaintext", -1)).hasSize(2);
		assertThat(output).doesNotContain("secret");
	}

	@Test
	void whenThereAreNoSecretsThenThereIsNoWarning(CapturedOutput output) {
		try (PetrichorClient client = nowhere().build()) {
			fail(client);
		}
		assertThat(output).doesNotContain("in plaintext");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenConnectedThenTheKernelsOfBothSidesAskAfterAMinute(boolean nativeTransport) {
		Assumptions.assumeTrue(Files.exists(Path.of("/proc/net/tcp")));
		LoopResources loops = LoopResources.create("keep-alive", 1, true);
		LoopResources chosen = (useNative) -> loops.onServer(nativeTransport && useNative);
		TestServer.run(TestServer.with(Echo.class), (port) -> {
			try (PetrichorClient client = PetrichorClient.builder()
				.address("127.0.0.1:" + port)
				.loopResources(chosen)
				.build()) {
				client.request().retrieve(String.class);
				// While data is not acknowledged, the timer is another.
				await().untilAsserted(() -> assertThat(keepAliveTimers(port)).hasSize(2)
					.allSatisfy((jiffies) -> assertThat(jiffies).isBetween(1L, 6000L)));
			}
		});
		loops.dispose();
	}

	/** Of both ends of the connections to a port: when the kernel asks next. */
	private static List<Long> keepAliveTimers(int port) throws IOException {
		List<Long> timers = new ArrayList<>();
		String suffix = ":%04X".formatted(port);
		for (String table : new String[] { "/proc/net/tcp", "/proc/net/tcp6" }) {
			for (String line : Files.readAllLines(Path.of(table))) {
				String[] fields = line.trim().split("\\s+");
				boolean established = fields[3].equals("01");
				boolean ours = fields[1].endsWith(suffix) || fields[2].endsWith(suffix);
				if (established && ours && fields[5].startsWith("02:")) {
					timers.add(Long.parseLong(fields[5].substring(3), 16));
				}
			}
		}
		return timers;
	}

	private static PetrichorClient.Builder nowhere() {
		return PetrichorClient.builder().address(NOWHERE).connectTimeout(Duration.ofMillis(200)).noReconnect();
	}

	private static void fail(PetrichorClient client) {
		assertThatExceptionOfType(PetrichorConnectionException.class)
			.isThrownBy(() -> client.request().retrieve(String.class))
			.matches((ex) -> !ex.isMaybeExecuted());
	}

	static class Echo {

		@PetrichorHandler
		String echo(String body) {
			return body;
		}

	}

	/** The program that knows only the names of the test. */
	static class Caller {

		public static void main(String[] arguments) {
			try (PetrichorClient client = PetrichorClient.builder().address(arguments[0]).build()) {
				System.out.println("reply: " + client.request().body("hello").retrieve(String.class));
			}
		}

	}

}
