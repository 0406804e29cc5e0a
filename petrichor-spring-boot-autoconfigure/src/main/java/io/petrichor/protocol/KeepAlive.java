package io.petrichor.protocol;

import java.util.LinkedHashMap;
import java.util.Map;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import jdk.net.ExtendedSocketOptions;

/**
 * Has the kernel ask silent peers whether they are there: first after a minute, then
 * three times at intervals of ten seconds, so that a peer whose network is gone is
 * noticed within 90 seconds instead of two hours.
 *
 * @since 0.1.0
 */
public final class KeepAlive {

	/** Each transport has options of its own, and ignores those of the others. */
	private static final Map<ChannelOption<Integer>, Integer> SECONDS_AND_COUNT = new LinkedHashMap<>();

	static {
		SECONDS_AND_COUNT.put(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), 60);
		SECONDS_AND_COUNT.put(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), 10);
		SECONDS_AND_COUNT.put(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), 3);
		// By name, since the native transports need not be there.
		for (String natives : new String[] { "io.netty.channel.epoll.EpollChannelOption",
				"io.netty.channel.uring.IoUringChannelOption" }) {
			SECONDS_AND_COUNT.put(ChannelOption.valueOf(natives + "#TCP_KEEPIDLE"), 60);
			SECONDS_AND_COUNT.put(ChannelOption.valueOf(natives + "#TCP_KEEPINTVL"), 10);
			SECONDS_AND_COUNT.put(ChannelOption.valueOf(natives + "#TCP_KEEPCNT"), 3);
		}
	}

	private KeepAlive() {
	}

	/**
	 * Have it ask the peer of a connection. What a platform does not have, it refuses
	 * without an error.
	 * @param channel the connection
	 */
	public static void set(Channel channel) {
		channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
		SECONDS_AND_COUNT.forEach((option, value) -> channel.config().setOption(option, value));
	}

}
