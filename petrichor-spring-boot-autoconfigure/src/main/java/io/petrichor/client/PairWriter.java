package io.petrichor.client;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import org.jspecify.annotations.Nullable;

import io.petrichor.handler.Replies;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.PairEncoder;
import io.petrichor.protocol.PairOutput;
import io.petrichor.protocol.PairTap;
import io.petrichor.protocol.TrafficListener;
import io.petrichor.tnetstring.TNetstring;

/**
 * Writes to the socket: calls to the server, and replies to its requests. Event loop
 * only, but for what {@link Replies} says.
 */
final class PairWriter implements Replies {

	/** Output that is flushed before more of it is made. */
	private static final int LARGE_BATCH = 64 * 1024;

	private final Channel channel;

	private final PairOutput output;

	/** The most bytes of answers that the server may leave unread. */
	private static final int MAX_UNREAD = 4 * 1024 * 1024;

	/** Bytes of calls. */
	private int unflushed;

	private int largestCall;

	PairWriter(Channel channel, TrafficListener listener, @Nullable PairTap wire) {
		this.channel = channel;
		this.output = new PairOutput(channel, listener);
		this.output.tap(wire);
	}

	/** Whether a call may be written now, and not only after a flush. */
	boolean hasRoom() {
		return this.unflushed < LARGE_BATCH && this.channel.isWritable();
	}

	/**
	 * Whether the server asks and does not read the answers. Calls wait until there is
	 * room, so of all that was written one may be large.
	 */
	boolean isUnread() {
		return this.output.pending() > (long) MAX_UNREAD + this.largestCall;
	}

	/** Append a call that has no number. */
	void writeCall(Header header, TNetstring body) {
		count(header, body);
		write(header, body);
	}

	/** Append a call. */
	void writeCall(Header header, long id, TNetstring body) {
		count(header, body);
		this.output.write(header, HeaderKeys.ID, id, body);
	}

	private void count(Header header, TNetstring body) {
		int size = (int) PairEncoder.size(header, body);
		this.unflushed += size;
		this.largestCall = Math.max(this.largestCall, size);
	}

	@Override
	public void write(Header header, TNetstring body) {
		this.output.write(header, body);
	}

	@Override
	public void flush() {
		this.unflushed = 0;
		this.output.flush();
	}

	@Override
	public void fail(Throwable cause) {
		this.channel.close();
	}

	/**
	 * Send what was written, and then the end of the stream.
	 * @return done when the socket has taken it, or cannot
	 */
	ChannelFuture finish() {
		return this.output.finish();
	}

	/** Drop what was not sent, and what is still written. */
	void close() {
		this.output.close();
	}

}
