package io.petrichor.testing;

import java.util.function.Consumer;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;

import io.petrichor.server.PetrichorServerCustomizer;

/**
 * Shows each channel that a server has accepted, before the server puts its own handlers
 * into it.
 *
 * @param consumer sees them
 */
public record AcceptedChannels(Consumer<Channel> consumer) implements PetrichorServerCustomizer {

	@Override
	public void customize(ServerBootstrap server) {
		ChannelHandler own = server.config().childHandler();
		server.childHandler(new ChannelInitializer<>() {

			@Override
			protected void initChannel(Channel channel) {
				AcceptedChannels.this.consumer.accept(channel);
				channel.pipeline().addLast(own);
			}

		});
	}

}
