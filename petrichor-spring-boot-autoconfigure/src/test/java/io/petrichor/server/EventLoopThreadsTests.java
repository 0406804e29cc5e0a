package io.petrichor.server;

import java.util.Map;

import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

import io.petrichor.handler.PetrichorHandler;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

class EventLoopThreadsTests {

	@Test
	void whenHandlerRunsOnAnEventLoopThenReactorKnowsThatNothingMayBlockThere() {
		TestServer.run(TestServer.with(Handlers.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of("to", "loop"), "").body().as(String.class))
					.matches("petrichor-nio-\\d+ true");
				assertThat(peer.request(Map.of("to", "executor"), "").body().as(String.class)).endsWith(" false");
			}
		});
	}

	static class Handlers {

		@PetrichorHandler(route = "loop", blocking = false)
		String onTheLoop() {
			return describe();
		}

		@PetrichorHandler("executor")
		String onTheExecutor() {
			return describe();
		}

		private static String describe() {
			return Thread.currentThread().getName() + " " + Schedulers.isInNonBlockingThread();
		}

	}

}
