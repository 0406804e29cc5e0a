package io.petrichor.protocol;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.petrichor.tnetstring.TNetstring;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The order of pairs that several threads append, and since when a peer takes nothing:
 * the clock of the write timeout.
 */
class PairOutputTests {

	private static final TNetstring BODY = TNetstring.of(new byte[64 * 1024]);

	private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

	private Channel channel;

	private Socket peer;

	@BeforeEach
	void connect() throws Exception {
		try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			this.channel = new Bootstrap().group(this.group)
				.channel(NioSocketChannel.class)
				.handler(new ChannelInboundHandlerAdapter())
				.connect(server.getLocalSocketAddress())
				.sync()
				.channel();
			this.peer = server.accept();
		}
	}

	@AfterEach
	void close() throws Exception {
		this.peer.close();
		this.channel.close().sync();
		this.group.shutdownGracefully().sync();
	}

	@Test
	void whenPeerTakesNoMoreThenItIsStuckSinceThatFlushHoweverLateSomebodyAsks() throws Exception {
		PairOutput output = new PairOutput(this.channel, new TrafficListener() {
		});
		assertThat(onLoop(() -> {
			output.write(Header.EMPTY, BODY);
			return output.stuckFor(System.nanoTime());
		})).as("not yet flushed").isZero();
		long filled = onLoop(() -> {
			do {
				output.write(Header.EMPTY, BODY);
				output.flush();
			}
			while (output.pending() == 0);
			return System.nanoTime();
		});
		long late = filled + 300_000_000L;
		Awaitility.await().until(() -> System.nanoTime() - late > 0);
		assertThat(stuckSince(output)).isLessThan(late);
		onLoop(() -> {
			output.write(Header.EMPTY, BODY);
			output.flush();
			return null;
		});
		assertThat(stuckSince(output)).as("what is added does not count").isLessThan(late);
		InputStream in = this.peer.getInputStream();
		Awaitility.await().until(() -> {
			in.readNBytes(Math.min(in.available(), 1 << 20));
			return stuckSince(output) - late > 0;
		});
	}

	@Test
	void whenEventLoopAndOthersAppendInTurnThenPairsKeepTheirOrder() throws Exception {
		AtomicInteger told = new AtomicInteger();
		PairOutput output = new PairOutput(this.channel, new TrafficListener() {
			@Override
			public void pairsWritten(int pairs, int bytes, int largest) {
				told.addAndGet(pairs);
			}
		});
		Random random = new Random(5);
		StringBuilder expected = new StringBuilder();
		for (int i = 0; i < 3_000; i++) {
			TNetstring number = TNetstring.of(i);
			String digits = Integer.toString(i);
			expected.append("0:}").append(digits.length()).append(':').append(digits).append('#');
			if (random.nextBoolean()) {
				output.write(Header.EMPTY, number);
			}
			else {
				boolean flush = random.nextInt(4) == 0;
				onLoop(() -> {
					output.write(Header.EMPTY, number);
					if (flush) {
						output.flush();
					}
					return null;
				});
			}
		}
		assertThat(output.pending()).isPositive();
		this.channel.eventLoop().submit(output::flush).sync();
		byte[] read = this.peer.getInputStream().readNBytes(expected.length());
		assertThat(new String(read, StandardCharsets.US_ASCII)).isEqualTo(expected.toString());
		assertThat(told).hasValue(3_000);
		assertThat(output.written()).isEqualTo(expected.length());
		assertThat(output.pending()).isZero();
	}

	private long stuckSince(PairOutput output) throws Exception {
		return onLoop(() -> {
			long now = System.nanoTime();
			return now - output.stuckFor(now);
		});
	}

	private <T> T onLoop(Callable<T> work) throws Exception {
		return this.channel.eventLoop().submit(work).get();
	}

}
