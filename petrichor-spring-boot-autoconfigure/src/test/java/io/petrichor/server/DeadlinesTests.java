package io.petrichor.server;

import java.util.Map;

import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import io.petrichor.handler.Outcome;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.handler.Request;
import io.petrichor.handler.RequestListener;
import io.petrichor.handler.RequestObservation;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The timer of a connection goes on, whatever happens when it looks.
 */
class DeadlinesTests {

	private static final Map<String, ?> CAN = Map.of("can", Map.of("re", 8));

	@Test
	void whenListenerFailsOnARequestWhoseTimeIsOverThenTheOthersHaveTheirDeadlinesStill() {
		TestServer.run(TestServer.with(Handlers.class, Failing.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, CAN)) {
				peer.send(Map.of("to", "never", "id", 1, "ttl", 100), "");
				peer.send(Map.of("to", "never", "id", 2, "ttl", 1000), "");
				for (long id = 1; id <= 2; id++) {
					assertThat(peer.read().header().asMap()).isEqualTo(Map.of("re", id, "error", "timeout"));
				}
			}
		});
	}

	static class Handlers {

		@PetrichorHandler("never")
		Mono<String> never() {
			return Mono.never();
		}

	}

	static class Failing implements RequestListener {

		@Override
		public RequestObservation accepted(Request request) {
			return new RequestObservation() {

				@Override
				public Scope open() {
					return () -> {
					};
				}

				@Override
				public void ended(Outcome outcome, Throwable failure) {
					throw new NoClassDefFoundError("of the application");
				}

			};
		}

	}

}
