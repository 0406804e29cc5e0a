package io.petrichor.server;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;

/**
 * Reads nothing from a peer that does not take what is written to it. Above TLS its
 * connection sees to that itself; but TLS answers some of what it reads, such as updates
 * of keys, and goes on reading, without anybody above it being asked.
 */
final class TlsBackpressure extends ChannelDuplexHandler {

	private boolean held;

	@Override
	public void read(ChannelHandlerContext context) {
		this.held = !context.channel().isWritable();
		if (!this.held) {
			context.read();
		}
	}

	@Override
	public void channelWritabilityChanged(ChannelHandlerContext context) {
		if (this.held) {
			read(context);
		}
		context.fireChannelWritabilityChanged();
	}

}
