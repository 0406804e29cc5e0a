package io.petrichor.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.util.unit.DataSize;

import io.petrichor.handler.PetrichorConnection;
import io.petrichor.handler.PetrichorConnections;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.PairTap;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;
import io.petrichor.tnetstring.TNetstring;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * All connections together hold no more memory than they may.
 */
@ExtendWith(OutputCaptureExtension.class)
class MemoryBudgetTests {

	/** What {@code 4MB} is. */
	private static final long LIMIT = DataSize.ofMegabytes(4).toBytes();

	@Test
	void whenPeersHoldTooMuchTogetherThenTheLargestIsClosedAndTheOthersGoOn() {
		TestServer.with(Echo.class)
			.withPropertyValues("petrichor.server.max-buffered=4MB", "petrichor.server.message.max-body-size=256KB")
			.run((context) -> {
				PetrichorServer server = context.getBean(PetrichorServer.class);
				List<RawPeer> hoarders = new ArrayList<>();
				try (RawPeer canary = RawPeer.welcomed(server.port())) {
					for (int i = 0; i < 24; i++) {
						hoarders.add(RawPeer.welcomed(server.port()).send("0:}250000:").send(new byte[240_000]));
					}
					Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
						assertThat(canary.request(Map.of(), "alive").body().asText()).isEqualTo("alive");
						assertThat(server.connectionCount()).isBetween(2, 20);
						assertThat(server.buffered()).isLessThanOrEqualTo(LIMIT);
					});
					assertThat(canary.request(Map.of(), "x".repeat(200_000)).body().asText()).hasSize(200_000);
				}
				finally {
					hoarders.forEach(RawPeer::close);
				}
				Awaitility.await().untilAsserted(() -> assertThat(server.buffered()).isZero());
			});
	}

	@Test
	void whenThereIsMemoryAgainThenWhatHadToWaitIsAnswered() {
		TestServer.with(Echo.class)
			.withPropertyValues("petrichor.server.max-buffered=4MB", "petrichor.server.message.max-body-size=256KB")
			.run((context) -> {
				PetrichorServer server = context.getBean(PetrichorServer.class);
				List<RawPeer> hoarders = new ArrayList<>();
				try (RawPeer peer = RawPeer.welcomed(server.port())) {
					for (int i = 0; i < 24; i++) {
						hoarders.add(RawPeer.welcomed(server.port()).send("0:}250000:").send(new byte[240_000]));
					}
					Awaitility.await().until(() -> server.buffered() > LIMIT);
					peer.send(("0:}1000:" + "x".repeat(1000) + ",").repeat(200));
					for (int i = 0; i < 200; i++) {
						assertThat(peer.read().body().size()).as("reply %d", i).isGreaterThan(1000);
					}
				}
				finally {
					hoarders.forEach(RawPeer::close);
				}
			});
	}

	@Test
	void whenConnectionIsGoneWhileAReplyIsWrittenThenNothingIsCountedForItAnyMore() {
		TestServer.with(Echo.class).run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			RawPeer peer = RawPeer.welcomed(server.port(), Map.of("can", Map.of("push", true, "oneway", true)));
			PetrichorConnection connection = context.getBean(PetrichorConnections.class).all().iterator().next();
			HeldReply reply = new HeldReply();
			assertThat(server.tap(connection.id(), reply)).isTrue();
			try {
				peer.send(Map.of(), new byte[100_000]);
				assertThat(reply.begun.await(10, TimeUnit.SECONDS)).isTrue();
				peer.close();
				Awaitility.await().until(() -> server.connectionCount() == 0);
				assertThat(server.buffered()).isZero();
				connection.send("news", "that come late");
				Awaitility.await().during(Duration.ofMillis(200)).until(() -> server.buffered() == 0);
			}
			finally {
				reply.released.countDown();
			}
		});
	}

	@Test
	void whenLimitsDoNotFitEachOtherThenTheServerDoesNotStartAndSaysWhich() {
		TestServer.with(Echo.class)
			.withPropertyValues("petrichor.server.message.max-body-size=4MB")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(UnfitLimitsException.class)
				.hasMessageContaining("petrichor.server.message.max-body-size")
				.hasMessageContaining("petrichor.server.outbound.max-pending"));
		TestServer.with(Echo.class)
			.withPropertyValues("petrichor.server.max-buffered=15MB")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(UnfitLimitsException.class)
				.hasMessageContaining("petrichor.server.max-buffered"));
	}

	@Test
	void whenHandshakeMayTakeAsLongAsAPairThenTheServerDoesNotStartAndSaysWhich() {
		TestServer.with(Echo.class)
			.withPropertyValues("petrichor.server.message.timeout=5s")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(UnfitLimitsException.class)
				.hasMessageContaining("petrichor.server.handshake.timeout")
				.hasMessageContaining("petrichor.server.message.timeout"));
	}

	@Test
	void whenBodiesMayBeLargeThenTheLogWarnsOfIt(CapturedOutput output) {
		TestServer.run(
				TestServer.with(Echo.class)
					.withPropertyValues("petrichor.server.message.max-body-size=9MB",
							"petrichor.server.max-buffered=200MB", "petrichor.server.outbound.max-pending=20MB"),
				(port) -> assertThat(output).contains("petrichor.server.message.max-body-size"));
	}

	static class Echo {

		@PetrichorHandler
		TNetstring echo(TNetstring body) {
			return body;
		}

	}

	/** Holds up the thread that writes a reply, which has no key. */
	private static final class HeldReply implements PairTap {

		final CountDownLatch begun = new CountDownLatch(1);

		final CountDownLatch released = new CountDownLatch(1);

		@Override
		public void received(Header header, TNetstring body) {
		}

		@Override
		public void sent(Header header, TNetstring body) {
			if (header.isEmpty()) {
				this.begun.countDown();
				try {
					this.released.await(20, TimeUnit.SECONDS);
				}
				catch (InterruptedException ex) {
					// The connection is gone.
				}
			}
		}

	}

}
