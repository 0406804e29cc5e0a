package io.petrichor.autoconfigure;

import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.petrichor.handler.PetrichorHandler;
import io.petrichor.server.PetrichorServer;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The server goes before the beans that it needs, however little time there is.
 */
@ExtendWith(OutputCaptureExtension.class)
class ShutdownTests {

	private static final String PHASE = "spring.lifecycle.timeout-per-shutdown-phase=";

	private final ApplicationContextRunner server = TestServer.with(Handlers.class)
		.withConfiguration(AutoConfigurations.of(LifecycleAutoConfiguration.class));

	@Test
	void whenContextClosesThenRequestsHaveTheGracePeriod() {
		this.server.run((context) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				Handlers handlers = context.getBean(Handlers.class);
				peer.send(Map.of("to", "slow"), "");
				assertThat(handlers.begun.await(5, TimeUnit.SECONDS)).isTrue();
				context.close();
				assertThat(peer.read().body().asText()).isEqualTo("done");
			}
		});
	}

	@Test
	void whenPhaseIsOverBeforeTheGracePeriodThenWhatWasReadIsAnsweredBeforeBeansAreDestroyed(CapturedOutput output) {
		this.server.withPropertyValues(PHASE + "500ms").run((context) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				Handlers handlers = context.getBean(Handlers.class);
				peer.send(Map.of("to", "never"), "").send(Map.of("to", "slow"), "");
				assertThat(handlers.begun.await(5, TimeUnit.SECONDS)).isTrue();
				context.close();
				assertThat(peer.read().header().text("error")).isEqualTo("timeout");
				assertThat(peer.read().header().text("error")).isEqualTo("going");
				assertThat(peer.read()).isNull();
				assertThat(handlers.cancelledInTime).isTrue();
			}
			assertNoThreadStays();
		});
		assertThat(output).contains("'petrichor.server.shutdown.grace-period'")
			.contains("'spring.lifecycle.timeout-per-shutdown-phase'");
	}

	@Test
	void whenPhaseIsLongerThanTheGracePeriodThenNothingIsSaidOfIt(CapturedOutput output) {
		this.server.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("timeout-per-shutdown-phase");
	}

	@Test
	void whenThereIsNoTimeAtAllThenNothingOfTheServerOutlivesTheContext() {
		this.server.withPropertyValues(PHASE + "1ms").run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			try (RawPeer peer = RawPeer.welcomed(server.port())) {
				peer.send(Map.of("to", "never"), "");
				assertThat(context.getBean(Handlers.class).begun.await(5, TimeUnit.SECONDS)).isTrue();
				context.close();
				assertThat(server.isRunning()).isFalse();
				assertThat(server.connectionCount()).isZero();
			}
			assertNoThreadStays();
		});
	}

	/** A thread has a moment to end after the last thing it does. */
	private static void assertNoThreadStays() {
		Awaitility.await()
			.atMost(1, TimeUnit.SECONDS)
			.untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
				.noneMatch((name) -> name.equals("petrichor-server") || name.startsWith("petrichor-nio")));
	}

	static class Handlers implements AutoCloseable {

		private final CountDownLatch begun = new CountDownLatch(1);

		private final AtomicBoolean cancelledInTime = new AtomicBoolean();

		private volatile boolean closed;

		@PetrichorHandler("slow")
		String slow() throws InterruptedException {
			this.begun.countDown();
			new CountDownLatch(1).await(300, TimeUnit.MILLISECONDS);
			return "done";
		}

		@PetrichorHandler("never")
		Mono<String> never() {
			this.begun.countDown();
			return Mono.<String>never().doOnCancel(() -> this.cancelledInTime.set(!this.closed));
		}

		@Override
		public void close() {
			this.closed = true;
		}

	}

}
