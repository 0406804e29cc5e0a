package io.petrichor.benchmarks.server;

import java.io.FileInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

import javax.net.ssl.KeyManagerFactory;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The least an echo can do on Netty: frame the pairs, look at the type of the header,
 * copy the body. No handshake, no limits, no deadlines. With the argument {@code hop},
 * what one read delivered is done by another thread.
 */
final class FloorServer {

	private FloorServer() {
	}

	public static void main(String[] args) throws Exception {
		List<String> options = List.of(args);
		Executor executor = options.contains("hop") ? Executors.newSingleThreadExecutor() : Runnable::run;
		SslContext ssl = options.contains("tls") ? ssl() : null;
		EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
		Channel server = new ServerBootstrap().group(loop)
			.channel(EpollServerSocketChannel.class)
			.option(ChannelOption.SO_BACKLOG, 511)
			.childOption(ChannelOption.TCP_NODELAY, true)
			.childHandler(new ChannelInitializer<>() {
				@Override
				protected void initChannel(Channel channel) {
					if (ssl != null) {
						channel.pipeline().addLast(ssl.newHandler(channel.alloc()));
					}
					channel.pipeline().addLast(new Echo(executor));
				}
			})
			.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
			.sync()
			.channel();
		System.out.println(((InetSocketAddress) server.localAddress()).getPort());
	}

	private static SslContext ssl() throws Exception {
		char[] password = System.getProperty("benchmark.keystore.password", "").toCharArray();
		KeyStore store = KeyStore.getInstance("PKCS12");
		try (FileInputStream file = new FileInputStream(System.getProperty("benchmark.keystore", ""))) {
			store.load(file, password);
		}
		KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
		keys.init(store, password);
		return SslContextBuilder.forServer(keys).protocols("TLSv1.3").build();
	}

	/** One connection. */
	private static final class Echo extends ChannelInboundHandlerAdapter {

		private final Executor executor;

		private @Nullable ByteBuf unread;

		Echo(Executor executor) {
			this.executor = executor;
		}

		@Override
		public void channelRead(ChannelHandlerContext context, Object message) {
			this.executor.execute(() -> echo(context, (ByteBuf) message));
		}

		private void echo(ChannelHandlerContext context, ByteBuf read) {
			ByteBuf in = (this.unread == null) ? read
					: ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), this.unread, read);
			this.unread = null;
			ByteBuf out = context.alloc().ioBuffer(in.readableBytes());
			while (true) {
				int start = in.readerIndex();
				int body = end(in, start);
				int end = (body < 0) ? -1 : end(in, body);
				if (end < 0) {
					break;
				}
				if (in.getByte(body - 1) != '}') {
					throw new IllegalStateException("The header is no dictionary");
				}
				out.writeMedium(0x303a7d).writeBytes(in, body, end - body);
				in.readerIndex(end);
			}
			if (in.isReadable()) {
				this.unread = in;
			}
			else {
				in.release();
			}
			if (out.isReadable()) {
				context.writeAndFlush(out, context.voidPromise());
			}
			else {
				out.release();
			}
		}

		/** Where the value ends that begins there, or -1 if that has not arrived yet. */
		private static int end(ByteBuf in, int start) {
			int size = 0;
			for (int i = start; i < in.writerIndex(); i++) {
				byte next = in.getByte(i);
				if (next == ':') {
					int end = i + 1 + size + 1;
					return (end <= in.writerIndex()) ? end : -1;
				}
				size = size * 10 + next - '0';
			}
			return -1;
		}

		@Override
		public void channelInactive(ChannelHandlerContext context) {
			this.executor.execute(() -> {
				if (this.unread != null) {
					this.unread.release();
					this.unread = null;
				}
			});
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
			context.close();
		}

	}

}
