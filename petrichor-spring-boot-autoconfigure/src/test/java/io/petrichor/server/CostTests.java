package io.petrichor.server;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;

import io.petrichor.handler.PetrichorHandler;
import io.petrichor.handler.PetrichorHandlerExecutor;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.Handshake;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.testing.AcceptedChannels;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;
import io.petrichor.testing.ThreadUse;
import io.petrichor.tnetstring.TNetstring;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a message costs, in what can be counted: no clock, so that a busy machine does not
 * matter.
 */
class CostTests {

	private static final int BATCH = 32;

	private static final int WARM_UP = 2_000;

	private static final int BATCHES = 500;

	private static final String REQUEST = "0:}64:" + "x".repeat(64) + ",";

	@Test
	void whenAHandlerRunsOnTheLoopThenAMessageTakes300BytesAtTheMost() {
		assertThat(bytesPerMessage(TestServer.with(OnTheLoop.class, LetIn.class)
			.withClassLoader(new FilteredClassLoader("org.springframework.security")))).isLessThanOrEqualTo(300);
	}

	@Test
	void whenThereIsSpringSecurityThenAMessageTakes100BytesMoreAtTheMost() {
		assertThat(bytesPerMessage(TestServer.with(OnTheLoop.class, LetIn.class))).isLessThanOrEqualTo(400);
	}

	private static long bytesPerMessage(ApplicationContextRunner server) {
		AtomicLong bytes = new AtomicLong();
		TestServer.run(server, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				exchange(peer, WARM_UP);
				long before = ThreadUse.allocated("petrichor");
				exchange(peer, BATCHES);
				bytes.set((ThreadUse.allocated("petrichor") - before) / (BATCHES * BATCH));
			}
		});
		System.out.printf("allocated: %d bytes for a message%n", bytes.get());
		return bytes.get();
	}

	@Test
	void whenRequestsComeTogetherThenTheirRepliesAreOneHopAndOneWrite() {
		TestServer.with(OnTheExecutor.class, LetIn.class, Counts.class, Hops.class).run((context) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				Counts counts = context.getBean(Counts.class);
				Hops hops = context.getBean(Hops.class);
				exchange(peer, 10);
				counts.reset();
				hops.set(0);
				exchange(peer, BATCHES);
				// A batch may arrive in two reads; what is too slow for the patience goes
				// out in two writes.
				assertThat(hops.get()).isBetween(BATCHES, 2 * BATCHES);
				assertThat(counts.writes.get()).isBetween(BATCHES, 2 * BATCHES);
				assertThat(counts.flushes.get()).isEqualTo(counts.writes.get());
				assertThat(counts.reads.get()).isLessThanOrEqualTo(3 * BATCHES);
			}
		});
	}

	@Test
	void whenRequestsComeOneByOneThenEachIsOneReadAndOneWrite() {
		TestServer.with(OnTheLoop.class, LetIn.class, Counts.class).run((context) -> {
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				Counts counts = context.getBean(Counts.class);
				counts.reset();
				for (int i = 0; i < BATCHES; i++) {
					peer.send(REQUEST).read();
				}
				assertThat(counts.writes.get()).isEqualTo(BATCHES);
				assertThat(counts.flushes.get()).isEqualTo(BATCHES);
				assertThat(counts.reads.get()).isBetween(BATCHES - 1, BATCHES + 1);
			}
		});
	}

	private static void exchange(RawPeer peer, int batches) {
		String batch = REQUEST.repeat(BATCH);
		for (int i = 0; i < batches; i++) {
			peer.send(batch);
			for (int j = 0; j < BATCH; j++) {
				assertThat(peer.read().body().size()).isEqualTo(68);
			}
		}
	}

	static class OnTheLoop {

		@PetrichorHandler(blocking = false)
		TNetstring echo(TNetstring body) {
			return body;
		}

	}

	static class OnTheExecutor {

		@PetrichorHandler
		TNetstring echo(TNetstring body) {
			return body;
		}

	}

	static class LetIn implements PetrichorAuthenticator {

		@Override
		public Decision authenticate(Handshake handshake) {
			return Decision.allow(() -> "zed");
		}

	}

	/** Counts what happens between the socket and the connection. */
	static class Counts implements PetrichorServerCustomizer {

		private final AtomicInteger reads = new AtomicInteger();

		private final AtomicInteger writes = new AtomicInteger();

		private final AtomicInteger flushes = new AtomicInteger();

		@Override
		public void customize(ServerBootstrap server) {
			new AcceptedChannels((channel) -> channel.pipeline().addFirst(new Handler())).customize(server);
		}

		void reset() {
			this.reads.set(0);
			this.writes.set(0);
			this.flushes.set(0);
		}

		private final class Handler extends ChannelOutboundHandlerAdapter {

			@Override
			public void read(ChannelHandlerContext context) {
				Counts.this.reads.incrementAndGet();
				context.read();
			}

			@Override
			public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
				Counts.this.writes.incrementAndGet();
				context.write(message, promise);
			}

			@Override
			public void flush(ChannelHandlerContext context) {
				Counts.this.flushes.incrementAndGet();
				context.flush();
			}

		}

	}

	/** Counts how often work goes to another thread. */
	static class Hops extends AtomicInteger {

		private static final long serialVersionUID = 1L;

		@Bean
		PetrichorHandlerExecutor executor() {
			ExecutorService pool = Executors.newSingleThreadExecutor();
			return PetrichorHandlerExecutor.of((work) -> {
				incrementAndGet();
				pool.execute(work);
			});
		}

	}

}
