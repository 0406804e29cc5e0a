package io.petrichor.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.Test;

import io.petrichor.handler.PetrichorHandler;
import io.petrichor.handler.PetrichorHandlerExecutor;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;
import io.petrichor.tnetstring.TNetstring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The way to the handler executor and back, which is shared by all connections of an
 * event loop and must not make one wait for another.
 */
class HandOffTests {

	private static final int MANY = 16;

	@Test
	void whenAHandlerBlocksThenOtherConnectionsAreServed() {
		TestServer.with(Blocking.class).run((context) -> {
			try (RawPeer blocked = RawPeer.welcomed(TestServer.port(context));
					RawPeer other = RawPeer.welcomed(TestServer.port(context))) {
				blocked.send("13:2:to,5:block,}0:,");
				for (int i = 0; i < 100; i++) {
					assertThat(other.send("13:2:to,5:quick,}1:x,").read().body().asText()).isEqualTo("x");
				}
				context.getBean(Blocking.class).release.countDown();
				assertThat(blocked.read().body().asText()).isEqualTo("released");
			}
		});
	}

	@Test
	void whenAHandlerBlocksThenTheRepliesBeforeItsOwnAreNotHeldBack() {
		TestServer.with(Blocking.class).run((context) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				peer.send("13:2:to,5:quick,}1:a,13:2:to,5:quick,}1:b,13:2:to,5:block,}0:,");
				assertThat(peer.read().body().asText()).isEqualTo("a");
				assertThat(peer.read().body().asText()).isEqualTo("b");
				context.getBean(Blocking.class).release.countDown();
				assertThat(peer.read().body().asText()).isEqualTo("released");
			}
		});
	}

	@Test
	void whenHandlersBlockThenAsManyRunAtOnceAsThereAreThreads() {
		TestServer.with(Meeting.class)
			.withPropertyValues("petrichor.server.dispatch.threads=" + MANY)
			.run((context) -> {
				List<RawPeer> peers = new ArrayList<>();
				for (int i = 0; i < MANY; i++) {
					peers.add(RawPeer.welcomed(TestServer.port(context)));
				}
				peers.forEach((peer) -> peer.send("0:}0:,"));
				for (RawPeer peer : peers) {
					assertThat(peer.read().body().asText()).isEqualTo("met");
					peer.close();
				}
				assertThat(context.getBean(Meeting.class).threads).hasSize(MANY);
			});
	}

	@Test
	void whenAllThreadsAreBlockedAndTheQueueIsFullThenTheNextIsToldThatItIsBusy() {
		TestServer.with(Blocking.class)
			.withPropertyValues("petrichor.server.dispatch.threads=1", "petrichor.server.dispatch.queue=1")
			.run((context) -> {
				Blocking handlers = context.getBean(Blocking.class);
				try (RawPeer running = RawPeer.welcomed(TestServer.port(context));
						RawPeer waiting = RawPeer.welcomed(TestServer.port(context));
						RawPeer refused = RawPeer.welcomed(TestServer.port(context))) {
					running.send("13:2:to,5:block,}0:,");
					assertThat(handlers.blocked.await(10, TimeUnit.SECONDS)).isTrue();
					waiting.send("13:2:to,5:quick,}1:x,");
					await().until(() -> context.getBean(PetrichorHandlerExecutor.class).queued() == 1);
					assertThat(refused.send("13:2:to,5:quick,}1:x,").read().header().text("error")).isEqualTo("busy");
					handlers.release.countDown();
					assertThat(running.read().body().asText()).isEqualTo("released");
					assertThat(waiting.read().body().asText()).isEqualTo("x");
				}
			});
	}

	static class Blocking {

		private final CountDownLatch blocked = new CountDownLatch(1);

		private final CountDownLatch release = new CountDownLatch(1);

		@PetrichorHandler("quick")
		TNetstring quick(TNetstring body) {
			return body;
		}

		@PetrichorHandler("block")
		String block() throws InterruptedException {
			this.blocked.countDown();
			return this.release.await(10, TimeUnit.SECONDS) ? "released" : "forgotten";
		}

	}

	static class Meeting {

		private final CyclicBarrier barrier = new CyclicBarrier(MANY);

		private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

		@PetrichorHandler
		String meet() throws InterruptedException, BrokenBarrierException, TimeoutException {
			this.threads.add(Thread.currentThread());
			this.barrier.await(10, TimeUnit.SECONDS);
			return "met";
		}

	}

}
