package io.petrichor.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.petrichor.protocol.Message;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where handlers run, and what ends those that take too long.
 */
class ExecutionTests {

	private static final int MANY = 100;

	private static final Map<String, Object> CAN = Map.of("can", Map.of("re", 32));

	private static final ApplicationContextRunner SERVER = TestServer.with(Handlers.class);

	private static final ApplicationContextRunner VIRTUAL = SERVER
		.withPropertyValues("spring.threads.virtual.enabled=true");

	@Test
	void whenExecutorIsTheApplicationsThenItOutlivesTheHandlers() throws Exception {
		ExecutorService shared = Executors.newSingleThreadExecutor();
		try {
			PetrichorHandlerExecutor.of(shared).close();
			assertThat(shared.submit(() -> "still here").get(10, TimeUnit.SECONDS)).isEqualTo("still here");
		}
		finally {
			shared.shutdownNow();
		}
	}

	@Test
	void whenNothingIsSaidThenHandlersRunOnPlatformThreads() {
		TestServer.run(SERVER, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of("to", "thread"), "").body().asText()).startsWith("Thread[")
					.contains("petrichor-handler-");
				assertThat(peer.request(Map.of("to", "loop"), "").body().asText()).startsWith("Thread[")
					.doesNotContain("handler");
			}
		});
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void whenVirtualThreadsAreEnabledThenHandlersRunOnThem() {
		TestServer.run(VIRTUAL, (port) -> {
			for (Map<String, Object> can : List.of(Map.<String, Object>of(), CAN)) {
				try (RawPeer peer = RawPeer.welcomed(port, can)) {
					for (Map<String, ?> header : List.of(Map.of("to", "thread"), Map.of("to", "thread", "id", 1))) {
						assertThat(peer.request(header, "").body().asText()).startsWith("VirtualThread[#")
							.contains("petrichor-handler-");
					}
					assertThat(peer.request(Map.of("to", "loop"), "").body().asText()).startsWith("Thread[#")
						.doesNotContain("handler");
				}
			}
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whenManyHandlersOfOneConnectionBlockThenAllRunAtOnce(boolean virtual) {
		TestServer.run(
				SERVER.withPropertyValues("spring.threads.virtual.enabled=" + virtual,
						"petrichor.server.dispatch.threads=" + MANY, "petrichor.server.dispatch.max-in-flight=" + MANY),
				(port) -> {
					try (RawPeer peer = RawPeer.welcomed(port, CAN)) {
						for (int i = 0; i < 1000; i++) {
							// So quick that one thread does them all.
							peer.request(Map.of("to", "thread", "id", i), "");
						}
						for (int i = 0; i < MANY; i++) {
							peer.send(Map.of("to", "meet", "id", i), "");
						}
						for (int i = 0; i < MANY; i++) {
							assertThat(peer.read().body().asText()).isEqualTo("met");
						}
					}
				});
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void whenVirtualThreadsAreAllTakenAndTheQueueIsFullThenBusy() {
		assertBusy(VIRTUAL.withPropertyValues("petrichor.server.dispatch.virtual-threads=1",
				"petrichor.server.dispatch.queue=1"));
	}

	@Test
	void whenPlatformThreadsAreAllTakenAndTheQueueIsFullThenBusy() {
		assertBusy(
				SERVER.withPropertyValues("petrichor.server.dispatch.threads=1", "petrichor.server.dispatch.queue=1"));
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whenRequestIsPastItsDeadlineThenItsThreadIsInterruptedAndPeerIsTold(boolean virtual) {
		SERVER
			.withPropertyValues("spring.threads.virtual.enabled=" + virtual, "petrichor.server.dispatch.timeout=200ms")
			.run((context) -> {
				Handlers handlers = context.getBean(Handlers.class);
				for (Map<String, Object> can : List.of(Map.<String, Object>of(), CAN)) {
					try (RawPeer peer = RawPeer.welcomed(TestServer.port(context), can)) {
						handlers.interrupted = new CountDownLatch(1);
						Message reply = peer.request(Map.of("to", "block", "id", 1), "");
						assertThat(reply.header().text("error")).isEqualTo("timeout");
						assertThat(reply.header().integer("re")).isEqualTo(can.isEmpty() ? null : 1L);
						assertThat(handlers.interrupted.await(10, TimeUnit.SECONDS)).isTrue();
						assertThat(peer.request(Map.of("to", "interrupted"), "").body().asBoolean()).isFalse();
					}
				}
			});
	}

	@Test
	void whenApplicationHasAnExecutorThenHandlersRunThereAndItMayRefuse() {
		TestServer.run(TestServer.with(Handlers.class, Refusing.class), (port) -> {
			for (Map<String, Object> can : List.of(Map.<String, Object>of(), CAN)) {
				try (RawPeer peer = RawPeer.welcomed(port, can)) {
					assertThat(peer.request(Map.of("to", "thread", "id", 1), "").header().text("error"))
						.isEqualTo("busy");
					assertThat(peer.request(Map.of("to", "loop", "id", 2), "").header().has("error")).isFalse();
				}
			}
		});
	}

	@Test
	void whenExecutorOfTheApplicationFailsThenPeersAreToldThatItIsBusyAndKeepTheirConnections() {
		TestServer.run(TestServer.with(Handlers.class, Exhausted.class), (port) -> {
			for (Map<String, Object> can : List.of(Map.<String, Object>of(), CAN)) {
				try (RawPeer peer = RawPeer.welcomed(port, can)) {
					for (int id = 1; id <= 2; id++) {
						assertThat(peer.request(Map.of("to", "thread", "id", id), "").header().text("error"))
							.isEqualTo("busy");
					}
					assertThat(peer.request(Map.of("to", "loop", "id", 3), "").header().has("error")).isFalse();
				}
			}
		});
	}

	private static void assertBusy(ApplicationContextRunner runner) {
		runner.run((context) -> {
			Handlers handlers = context.getBean(Handlers.class);
			PetrichorHandlerExecutor executor = context.getBean(PetrichorHandlerExecutor.class);
			List<RawPeer> peers = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				peers.add(RawPeer.welcomed(TestServer.port(context), (i == 1) ? CAN : Map.of()));
			}
			try {
				peers.get(0).send(Map.of("to", "block"), "");
				assertThat(handlers.blocked.await(10, TimeUnit.SECONDS)).isTrue();
				peers.get(2).send(Map.of("to", "thread"), "");
				Awaitility.await().until(() -> executor.queued() == 1);
				Message busy = peers.get(1).request(Map.of("to", "thread", "id", 9), "");
				assertThat(busy.header().asMap()).isEqualTo(Map.of("error", "busy", "re", 9L));
				handlers.release.countDown();
				assertThat(peers.get(0).read().body().asText()).isEqualTo("released");
				assertThat(peers.get(2).read().header().has("error")).isFalse();
			}
			finally {
				peers.forEach(RawPeer::close);
			}
		});
	}

	static class Handlers {

		final CountDownLatch blocked = new CountDownLatch(1);

		final CountDownLatch release = new CountDownLatch(1);

		private final CyclicBarrier barrier = new CyclicBarrier(MANY);

		volatile CountDownLatch interrupted = new CountDownLatch(1);

		@PetrichorHandler("thread")
		String thread() {
			return Thread.currentThread().toString();
		}

		@PetrichorHandler(route = "loop", blocking = false)
		String loop() {
			return Thread.currentThread().toString();
		}

		@PetrichorHandler("meet")
		String meet() throws Exception {
			this.barrier.await(10, TimeUnit.SECONDS);
			return "met";
		}

		@PetrichorHandler("block")
		String block() {
			this.blocked.countDown();
			try {
				return this.release.await(10, TimeUnit.SECONDS) ? "released" : "forgotten";
			}
			catch (InterruptedException ex) {
				this.interrupted.countDown();
				return "interrupted";
			}
		}

		@PetrichorHandler("interrupted")
		boolean interrupted() {
			return Thread.currentThread().isInterrupted();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Refusing {

		@Bean
		PetrichorHandlerExecutor executor() {
			return PetrichorHandlerExecutor.of((work) -> {
				throw new RejectedExecutionException("not today");
			});
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Exhausted {

		@Bean
		PetrichorHandlerExecutor executor() {
			return PetrichorHandlerExecutor.of((work) -> {
				throw new OutOfMemoryError("unable to create native thread");
			});
		}

	}

}
