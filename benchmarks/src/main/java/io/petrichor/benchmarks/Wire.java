package io.petrichor.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/**
 * One connection as the load sees it: how it begins, what a request looks like, and how
 * many replies some bytes are. Knows no more of its protocol than it takes to send equal
 * requests and count replies, so that the load costs little and about the same for all.
 */
interface Wire {

	/**
	 * Whether the connection is ready for requests. Called with all that was read and not
	 * taken yet, first with nothing.
	 */
	boolean begin(ChannelHandlerContext context, ByteBuf in);

	/** Append requests. */
	void request(ByteBuf out, int count);

	/**
	 * Take the replies that are whole.
	 * @return how many
	 */
	int replies(ChannelHandlerContext context, ByteBuf in);

}
