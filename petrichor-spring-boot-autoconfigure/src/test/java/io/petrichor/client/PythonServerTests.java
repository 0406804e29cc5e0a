package io.petrichor.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import io.petrichor.testing.Program;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The seed's echo server and our client.
 */
class PythonServerTests {

	@Test
	void whenTenThousandCallsArePipelinedThenEachReplyReachesItsCaller() {
		try (Program server = Program.python("echo_server.py", "127.0.0.1", "0")) {
			String line = server.awaitLine("RUNNING");
			String address = "127.0.0.1:" + line.substring(line.lastIndexOf(' ') + 1);
			try (PetrichorClient client = PetrichorClient.builder()
				.address(address)
				.requestTimeout(Duration.ofMinutes(1))
				.build()) {
				List<CompletableFuture<String>> calls = new ArrayList<>();
				for (int i = 0; i < 10_000; i++) {
					calls.add(client.request().body("call " + i).retrieveAsync(String.class));
				}
				for (int i = 0; i < calls.size(); i++) {
					assertThat(calls.get(i).join()).isEqualTo("call " + i);
				}
			}
			server.awaitLine("ALL DONE");
		}
	}

}
