package io.petrichor.handler;

import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests that have ended without having begun, while all threads are blocked, are not
 * in memory any more: no limit counts them.
 */
class RequestMemoryTests {

	private static final Map<String, ?> CAN = Map.of("can", Map.of("re", 8, "more", true));

	private static final int MANY = 3;

	@Test
	void whenNumberedRequestsAreCancelledThenTheyAreNotKept() {
		assertNotKept(true, Map.of(), (peer) -> {
			for (int id = 1; id <= MANY; id++) {
				assertThat(peer.request(Map.of("id", id, "cancel", true), "").header().text("error"))
					.isEqualTo("cancelled");
			}
		});
	}

	@Test
	void whenTimeOfNumberedRequestsIsOverThenTheyAreNotKept() {
		assertNotKept(true, Map.of("ttl", 100), RequestMemoryTests::readTimeouts);
	}

	@Test
	void whenPeerOfNumberedRequestsIsGoneThenTheyAreNotKept() {
		assertNotKept(true, Map.of(), RawPeer::close);
	}

	@Test
	void whenTimeOfOrderedRequestsIsOverThenTheyAreNotKeptAndTheNextOnesRun() {
		assertNotKept(false, Map.of("ttl", 100), RequestMemoryTests::readTimeouts);
	}

	@Test
	void whenPeerOfOrderedRequestsIsGoneThenTheyAreNotKept() {
		assertNotKept(false, Map.of(), RawPeer::close);
	}

	private static void readTimeouts(RawPeer peer) {
		for (int i = 0; i < MANY; i++) {
			assertThat(peer.read().header().text("error")).isEqualTo("timeout");
		}
	}

	private static void assertNotKept(boolean numbered, Map<String, ?> more, Consumer<RawPeer> end) {
		TestServer.with(Handlers.class, Seen.class)
			.withPropertyValues("petrichor.server.dispatch.threads=1")
			.run((context) -> {
				Handlers handlers = context.getBean(Handlers.class);
				Queue<WeakReference<Request>> seen = context.getBean(Seen.class).requests;
				try (RawPeer blocker = RawPeer.welcomed(TestServer.port(context));
						RawPeer peer = RawPeer.welcomed(TestServer.port(context), CAN)) {
					blocker.send(Map.of("to", "block"), "");
					assertThat(handlers.begun.await(10, TimeUnit.SECONDS)).isTrue();
					seen.clear();
					for (int id = 1; id <= MANY; id++) {
						Map<String, Object> header = new HashMap<>(Map.of("to", "size"));
						if (numbered) {
							header.put("id", id);
						}
						header.putAll(more);
						peer.send(header, new byte[10_000]);
					}
					Awaitility.await().until(() -> seen.size() == MANY);
					end.accept(peer);
					Awaitility.await().until(() -> {
						System.gc();
						return seen.stream().allMatch((request) -> request.refersTo(null));
					});
					if (!peer.socket().isClosed()) {
						peer.send(Map.of("to", "size"), new byte[100]);
						handlers.release.countDown();
						assertThat(peer.read().body().value()).isEqualTo(100L);
					}
					handlers.release.countDown();
					assertThat(blocker.read().header().has("error")).isFalse();
				}
			});
	}

	static class Handlers {

		final CountDownLatch begun = new CountDownLatch(1);

		final CountDownLatch release = new CountDownLatch(1);

		@PetrichorHandler("block")
		boolean block() throws InterruptedException {
			this.begun.countDown();
			return this.release.await(20, TimeUnit.SECONDS);
		}

		@PetrichorHandler("size")
		int size(byte[] body) {
			return body.length;
		}

	}

	static class Seen implements RequestListener {

		final Queue<WeakReference<Request>> requests = new ConcurrentLinkedQueue<>();

		@Override
		public RequestObservation accepted(Request request) {
			this.requests.add(new WeakReference<>(request));
			return null;
		}

	}

}
