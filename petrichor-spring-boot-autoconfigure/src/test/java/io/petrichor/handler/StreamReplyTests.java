package io.petrichor.handler;

import java.util.Map;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How replies of many pairs end that do not come to their own end.
 */
class StreamReplyTests {

	private static final Map<String, ?> CAN = Map.of("can", Map.of("re", 8, "more", true));

	@ParameterizedTest
	@ValueSource(classes = { StackOverflowError.class, NoClassDefFoundError.class, IllegalStateException.class })
	void whenStreamFailsInTheMiddleThenThePeerIsToldAtOnceWhateverItIs(Class<? extends Throwable> failure) {
		TestServer.run(TestServer.with(Handlers.class).withPropertyValues("petrichor.server.dispatch.timeout=2s"),
				(port) -> {
					try (RawPeer peer = RawPeer.welcomed(port, CAN)) {
						peer.send(Map.of("to", "fail", "id", 1), failure.getSimpleName());
						assertThat(peer.read().body().value()).isEqualTo(0L);
						assertThat(peer.read().body().value()).isEqualTo(1L);
						assertThat(peer.read().header().asMap()).isEqualTo(Map.of("re", 1L, "error", "internal"));
						assertThat(peer.request(Map.of("to", "never", "id", 2, "ttl", 100), "").header().text("error"))
							.isEqualTo("timeout");
					}
				});
	}

	static class Handlers {

		@PetrichorHandler("fail")
		Flux<Integer> fail(String failure) {
			return Flux.range(0, 10).map((number) -> {
				if (number < 2) {
					return number;
				}
				switch (failure) {
					case "StackOverflowError" -> throw new StackOverflowError();
					case "NoClassDefFoundError" -> throw new NoClassDefFoundError();
					default -> throw new IllegalStateException();
				}
			});
		}

		@PetrichorHandler("never")
		Flux<String> never() {
			return Flux.never();
		}

	}

}
