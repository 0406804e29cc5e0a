package io.petrichor.server;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;

import org.springframework.boot.autoconfigure.preinitialize.BackgroundPreinitializer;

/**
 * Has Netty's classes loaded beside the start of the application, on Spring Boot's thread
 * for that: registers a socket that is never bound. They are half of what a start takes.
 */
final class NettyPreinitializer implements BackgroundPreinitializer {

	private final ThreadFactory threads;

	NettyPreinitializer() {
		this(new EventLoopThreads());
	}

	NettyPreinitializer(ThreadFactory threads) {
		this.threads = threads;
	}

	@Override
	public void preinitialize() throws InterruptedException {
		EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, this.threads, NioIoHandler.newFactory());
		try {
			new ServerBootstrap().group(loop)
				.channel(NioServerSocketChannel.class)
				.childHandler(new ChannelInboundHandlerAdapter())
				.register()
				.sync()
				.channel()
				.close()
				.sync();
		}
		finally {
			loop.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
		}
	}

}
