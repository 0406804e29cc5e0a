package io.petrichor.benchmarks;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SelectStrategy;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A closed loop: on each connection, so many requests are always in flight; a new one is
 * sent for each reply that comes. One thread, which does not sleep meanwhile: the server
 * would have to wake it, and pay for that, the more often the slower it is.
 */
final class Load implements AutoCloseable {

	/** How many connections shake hands at once. */
	private static final int TOGETHER = 32;

	private static final long HIGHEST = 60_000_000_000L;

	/** Polls for as long as there are connections. */
	private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory(0, () -> (ready,
			tasks) -> tasks ? ready.get() : this.polling ? SelectStrategy.BUSY_WAIT : SelectStrategy.SELECT));

	private volatile boolean polling;

	private final SslContext ssl;

	private final List<Channel> channels = new ArrayList<>();

	private Histogram latency = new Histogram(HIGHEST, 3);

	private long messages;

	private volatile @Nullable Throwable failure;

	Load() throws Exception {
		this.ssl = SslContextBuilder.forClient().trustManager(InsecureTrustManagerFactory.INSTANCE).build();
	}

	/** Open connections and begin; depth 0 leaves them idle. */
	void open(int port, int connections, int depth, boolean tls, Supplier<Wire> wire) throws InterruptedException {
		this.polling = true;
		Bootstrap bootstrap = new Bootstrap().group(this.loop)
			.channel(EpollSocketChannel.class)
			.option(ChannelOption.TCP_NODELAY, true)
			.handler(new ChannelInitializer<>() {
				@Override
				protected void initChannel(Channel channel) {
					if (tls) {
						channel.pipeline().addLast(Load.this.ssl.newHandler(channel.alloc()));
					}
					channel.pipeline().addLast(new Connection(wire.get(), depth));
				}
			});
		List<Connection> opened = new ArrayList<>();
		for (int i = 0; i < connections; i++) {
			Channel channel = bootstrap.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
				.sync()
				.channel();
			this.channels.add(channel);
			opened.add(channel.pipeline().get(Connection.class));
			if (opened.size() % TOGETHER == 0) {
				awaitReady(opened.subList(opened.size() - TOGETHER, opened.size()));
			}
		}
		awaitReady(opened);
	}

	private void awaitReady(List<Connection> opened) throws InterruptedException {
		long patience = System.nanoTime() + 20_000_000_000L;
		while (!opened.stream().allMatch((connection) -> connection.ready)) {
			check();
			if (System.nanoTime() > patience) {
				throw new IllegalStateException("Not ready after 20 seconds");
			}
			Thread.sleep(1);
		}
	}

	/** Messages since the last call, and their latencies in nanoseconds. */
	Count count() throws InterruptedException, ExecutionException {
		check();
		return this.loop.submit(() -> {
			Count count = new Count(this.messages, this.latency);
			this.messages = 0;
			this.latency = new Histogram(HIGHEST, 3);
			return count;
		}).get();
	}

	void closeConnections() {
		for (Channel channel : this.channels) {
			channel.pipeline().get(Connection.class).closing = true;
			channel.close().syncUninterruptibly();
		}
		this.channels.clear();
		this.polling = false;
	}

	@Override
	public void close() {
		closeConnections();
		this.loop.shutdownGracefully();
	}

	private void check() {
		Throwable failure = this.failure;
		if (failure != null) {
			throw new IllegalStateException(failure);
		}
	}

	record Count(long messages, Histogram latency) {

	}

	private final class Connection extends ChannelInboundHandlerAdapter {

		private final Wire wire;

		private final long[] sent;

		private int oldest;

		private int replied;

		private int size = 256;

		private volatile boolean ready;

		private volatile boolean closing;

		private @Nullable ByteBuf unread;

		Connection(Wire wire, int depth) {
			this.wire = wire;
			this.sent = new long[depth];
		}

		@Override
		public void channelActive(ChannelHandlerContext context) {
			ByteBuf nothing = context.alloc().buffer();
			begin(context, nothing);
			nothing.release();
		}

		private void begin(ChannelHandlerContext context, ByteBuf in) {
			if (this.wire.begin(context, in)) {
				this.ready = true;
				this.replied = this.sent.length;
				Arrays.fill(this.sent, System.nanoTime());
				send(context, System.nanoTime());
			}
		}

		@Override
		public void channelRead(ChannelHandlerContext context, Object message) {
			ByteBuf in = (ByteBuf) message;
			if (this.unread != null) {
				in = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), this.unread, in);
			}
			this.unread = in;
			if (!this.ready) {
				begin(context, in);
			}
			else {
				int count = this.wire.replies(context, in);
				this.replied += count;
			}
			if (!in.isReadable()) {
				in.release();
				this.unread = null;
			}
		}

		@Override
		public void channelReadComplete(ChannelHandlerContext context) {
			if (this.ready && this.replied > 0) {
				long now = System.nanoTime();
				Load.this.messages += this.replied;
				for (int i = 0; i < this.replied; i++) {
					Load.this.latency
						.recordValue(Math.min(now - this.sent[(this.oldest + i) % this.sent.length], HIGHEST));
				}
				send(context, now);
			}
		}

		private void send(ChannelHandlerContext context, long now) {
			int count = this.replied;
			if (count > 0) {
				this.replied = 0;
				for (int i = 0; i < count; i++) {
					this.sent[this.oldest] = now;
					this.oldest = (this.oldest + 1 == this.sent.length) ? 0 : this.oldest + 1;
				}
				ByteBuf out = context.alloc().ioBuffer(this.size);
				this.wire.request(out, count);
				this.size = Math.max(this.size, out.readableBytes());
				context.writeAndFlush(out);
			}
		}

		@Override
		public void channelInactive(ChannelHandlerContext context) {
			if (this.unread != null) {
				this.unread.release();
				this.unread = null;
			}
			if (!this.closing && Load.this.failure == null) {
				Load.this.failure = new IllegalStateException("The server closed a connection");
			}
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
			Load.this.failure = cause;
			context.close();
		}

	}

}
