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
import org.junit.jupiter.api.Test;

import io.petrichor.tnetstring.TNetstring;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The order of pairs that several threads append, and since when a peer takes nothing:
 * the clock of the write timeout.
 */
class PairOutputTests {

	private static final TNetstring BODY = TNetstring.of(new byte[64 * 1024]);

	@Test
	void whenPeerTakesNoMoreThenItIsStuckSinceThatFlushHoweverLateSomebodyAsks() throws Exception {
		EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
		try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			Channel channel = new Bootstrap().group(group)
				.channel(NioSocketChannel.class)
				.handler(new ChannelInboundHandlerAdapter())
				.connect(server.getLocalSocketAddress())
				.sync()
				.channel();
			PairOutput output = new PairOutput(channel, new TrafficListener() {
			});
			try (Socket peer = server.accept()) {
				assertThat(onLoop(channel, () -> {
					output.write(Header.EMPTY, BODY);
					return output.stuckFor(System.nanoTime());
				})).as("not yet flushed").isZero();
				long filled = onLoop(channel, () -> {
					do {
						output.write(Header.EMPTY, BODY);
						output.flush();
					}
					while (output.pending() == 0);
					return System.nanoTime();
				});
				long late = filled + 300_000_000L;
				Awaitility.await().until(() -> System.nanoTime() - late > 0);
				assertThat(stuckSince(channel, output)).isLessThan(late);
				onLoop(channel, () -> {
					output.write(Header.EMPTY, BODY);
					output.flush();
					return null;
				});
				assertThat(stuckSince(channel, output)).as("what is added does not count").isLessThan(late);
				InputStream in = peer.getInputStream();
				Awaitility.await().until(() -> {
					in.readNBytes(Math.min(in.available(), 1 << 20));
					return stuckSince(channel, output) - late > 0;
				});
			}
			channel.close().sync();
		}
		finally {
			group.shutdownGracefully().sync();
		}
	}

	@Test
	void whenEventLoopAndOthersAppendInTurnThenPairsKeepTheirOrder() throws Exception {
		EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
		try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			Channel channel = new Bootstrap().group(group)
				.channel(NioSocketChannel.class)
				.handler(new ChannelInboundHandlerAdapter())
				.connect(server.getLocalSocketAddress())
				.sync()
				.channel();
			AtomicInteger told = new AtomicInteger();
			PairOutput output = new PairOutput(channel, new TrafficListener() {
				@Override
				public void pairsWritten(int pairs, int bytes, int largest) {
					told.addAndGet(pairs);
				}
			});
			Random random = new Random(5);
			StringBuilder expected = new StringBuilder();
			try (Socket peer = server.accept()) {
				for (int i = 0; i < 3_000; i++) {
					TNetstring number = TNetstring.of(i);
					String digits = Integer.toString(i);
					expected.append("0:}").append(digits.length()).append(':').append(digits).append('#');
					if (random.nextBoolean()) {
						output.write(Header.EMPTY, number);
					}
					else {
						boolean flush = random.nextInt(4) == 0;
						onLoop(channel, () -> {
							output.write(Header.EMPTY, number);
							if (flush) {
								output.flush();
							}
							return null;
						});
					}
				}
				assertThat(output.pending()).isPositive();
				channel.eventLoop().submit(output::flush).sync();
				byte[] read = peer.getInputStream().readNBytes(expected.length());
				assertThat(new String(read, StandardCharsets.US_ASCII)).isEqualTo(expected.toString());
				assertThat(told).hasValue(3_000);
				assertThat(output.written()).isEqualTo(expected.length());
				assertThat(output.pending()).isZero();
			}
			channel.close().sync();
		}
		finally {
			group.shutdownGracefully().sync();
		}
	}

	private static long stuckSince(Channel channel, PairOutput output) throws Exception {
		return onLoop(channel, () -> {
			long now = System.nanoTime();
			return now - output.stuckFor(now);
		});
	}

	private static <T> T onLoop(Channel channel, Callable<T> work) throws Exception {
		return channel.eventLoop().submit(work).get();
	}

}
