package io.petrichor.handler;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * No work is lost, whether threads end just when it comes, or the machine has none to
 * give, now and then or for a while.
 */
@ExtendWith(OutputCaptureExtension.class)
class HandlerThreadsTests {

	private static final int PIECES = 10_000;

	private static final Map<String, ?> CAN = Map.of("can", Map.of("re", 8));

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whenNoThreadStartsForAWhileThenRequestsAreAnsweredWhenOneDoes(boolean numbered, CapturedOutput output) {
		TestServer.run(TestServer.with(Handlers.class, ThirdStarts.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, numbered ? CAN : Map.of())) {
				for (int id = 1; id <= 3; id++) {
					assertThat(peer.request(Map.of("to", "quick", "id", id), "").body().asText()).isEqualTo("done");
				}
			}
		});
		assertThat(output).containsOnlyOnce("No thread could be started");
	}

	@Test
	void whenOnlyOneThreadStartsThenItDoesEverything() throws InterruptedException {
		CountDownLatch left = new CountDownLatch(20);
		try (HandlerThreads threads = starting((start) -> start == 1)) {
			for (int i = 0; i < 20; i++) {
				threads.execute(() -> {
					LockSupport.parkNanos(1_000_000);
					left.countDown();
				});
			}
			assertThat(left.await(10, TimeUnit.SECONDS)).isTrue();
		}
	}

	/** Threads fall asleep just when work comes, and end if their idle time is short. */
	@ParameterizedTest
	@CsvSource({ "1, 1, PT0.00002S", "8, 1, PT0.00002S", "8, 3, PT0.00002S", "1, 1, PT60S", "2, 3, PT60S" })
	void whenThreadsFallAsleepWhileWorkComesThenAllOfItIsDoneByNoMoreThanAllowed(int calling, int most, Duration idle)
			throws Exception {
		AtomicInteger alive = new AtomicInteger();
		AtomicInteger running = new AtomicInteger();
		AtomicInteger atMost = new AtomicInteger();
		ThreadFactory factory = (work) -> new Thread(() -> {
			alive.incrementAndGet();
			work.run();
			alive.decrementAndGet();
		});
		ExecutorService callers = Executors.newFixedThreadPool(calling);
		try (HandlerThreads threads = new HandlerThreads(most, calling, idle, factory)) {
			List<Future<Boolean>> done = callers.invokeAll(Collections.nCopies(calling, () -> {
				Semaphore ran = new Semaphore(0);
				for (int i = 0; i < PIECES; i++) {
					threads.execute(() -> {
						atMost.accumulateAndGet(running.incrementAndGet(), Math::max);
						running.decrementAndGet();
						ran.release();
					});
					if (!ran.tryAcquire(10, TimeUnit.SECONDS)) {
						return false;
					}
				}
				return true;
			}));
			for (Future<Boolean> all : done) {
				assertThat(all.get()).isTrue();
			}
			assertThat(atMost).hasValueLessThanOrEqualTo(most);
			assertThat(threads.queued()).isZero();
		}
		finally {
			callers.shutdownNow();
		}
		await().untilAsserted(() -> assertThat(alive).hasValue(0));
	}

	private static HandlerThreads starting(IntPredicate starts) {
		AtomicInteger start = new AtomicInteger();
		return new HandlerThreads(4, 100, Duration.ofSeconds(60), (work) -> new Thread(work) {

			@Override
			public void start() {
				if (!starts.test(start.incrementAndGet())) {
					throw new OutOfMemoryError("unable to create native thread");
				}
				super.start();
			}

		});
	}

	static class Handlers {

		@PetrichorHandler("quick")
		String quick() {
			return "done";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ThirdStarts {

		@Bean
		PetrichorHandlerExecutor executor() {
			return PetrichorHandlerExecutor.of(starting((start) -> start >= 3));
		}

	}

}
