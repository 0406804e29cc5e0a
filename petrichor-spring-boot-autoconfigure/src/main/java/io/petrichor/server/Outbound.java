package io.petrichor.server;

import java.util.concurrent.RejectedExecutionException;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.petrichor.handler.PetrichorException;
import io.petrichor.handler.Replies;
import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.PairEncoder;
import io.petrichor.protocol.PairOutput;
import io.petrichor.protocol.PairTap;
import io.petrichor.tnetstring.TNetstring;

/**
 * What goes to a peer, and how much of it may wait for the peer to read it.
 */
final class Outbound implements Replies {

	private static final Log logger = LogFactory.getLog(Outbound.class);

	/** Output that is not worth holding up the reading for. */
	private static final long SMALL_OUTPUT = 64 * 1024;

	private final String id;

	private final Channel channel;

	private final ServerLimits limits;

	private final PairOutput output;

	private final Runnable flushed;

	private final Runnable pushed;

	private final int maxBodySize;

	/** What the peer reads at most. */
	private volatile long maxPairSize = Long.MAX_VALUE;

	/**
	 * Create an output.
	 * @param id the id of the connection
	 * @param channel where to write
	 * @param limits how much may wait, and for how long
	 * @param listener told of what is written
	 * @param flushed run after each flush
	 * @param pushed run on the event loop when something was pushed, which is to be
	 * flushed
	 */
	Outbound(String id, Channel channel, ServerLimits limits, ServerListener listener, Runnable flushed,
			Runnable pushed) {
		this.id = id;
		this.channel = channel;
		this.limits = limits;
		this.output = new PairOutput(channel, listener);
		this.flushed = flushed;
		this.pushed = pushed;
		this.maxBodySize = limits.message().values().maxSize();
	}

	/** Show every pair to somebody; any thread. */
	void tap(@Nullable PairTap tap) {
		this.output.tap(tap);
	}

	/**
	 * The peer reads no larger pairs.
	 * @param wanted bytes on the wire; 0 if it has no wish
	 */
	void limit(long wanted) {
		if (wanted > 0) {
			this.maxPairSize = wanted;
		}
	}

	@Override
	public void write(Header header, TNetstring body) {
		this.output.write(header, body);
	}

	@Override
	public void write(Header header, long re, TNetstring body) {
		if (re < 0 || header.has(HeaderKeys.RE)) {
			write(header.with(HeaderKeys.RE, re), body);
		}
		else {
			this.output.write(header, HeaderKeys.RE, re, body);
		}
	}

	/**
	 * Append and send a pair that is no reply; any thread.
	 * @throws PetrichorException if it is larger than what goes to the peer
	 */
	void push(Header header, TNetstring body) {
		if (isTooBig(header, null, body)) {
			throw new PetrichorException(ErrorCode.TOO_BIG,
					"%d bytes are over the limit of what goes to the peer of connection %s"
						.formatted(PairEncoder.size(header, body), this.id));
		}
		if (this.output.pending() > this.limits.maxPendingOutput()) {
			throw new IllegalStateException("The peer of connection " + this.id + " does not read what is sent to it");
		}
		this.output.write(header, body);
		try {
			this.channel.eventLoop().execute(this.pushed);
		}
		catch (RejectedExecutionException ex) {
			// The event loop has ended, and the connection with it.
		}
	}

	@Override
	public void flush() {
		this.output.flush();
		this.flushed.run();
	}

	@Override
	public boolean isFull() {
		return this.output.pending() >= this.limits.maxPendingOutput();
	}

	@Override
	public boolean isWritable() {
		return this.output.pending() <= SMALL_OUTPUT;
	}

	@Override
	public boolean isTooBig(Header header, @Nullable Long re, TNetstring body) {
		return body.size() > this.maxBodySize || size(header, re, body) > this.maxPairSize;
	}

	private static long size(Header header, @Nullable Long re, TNetstring body) {
		if (re == null) {
			return PairEncoder.size(header, body);
		}
		return (re < 0) ? PairEncoder.size(header.with(HeaderKeys.RE, re), body)
				: PairEncoder.size(header, HeaderKeys.RE, re, body);
	}

	@Override
	public void fail(Throwable cause) {
		logger.debug("Connection %s is closed because a reply could not be written".formatted(this.id), cause);
		this.channel.close();
	}

	/** Bytes that the peer has not read; any thread. */
	long pending() {
		return this.output.pending();
	}

	/** Bytes that were sent; any thread. */
	long written() {
		return this.output.written();
	}

	/** Nanoseconds until the peer has taken nothing of what waits for too long. */
	long timeLeft(long now) {
		long stuckFor = this.output.stuckFor(now);
		return (this.output.pending() > 0) ? this.limits.writeTimeout().toNanos() - stuckFor : Long.MAX_VALUE;
	}

	/** Whether the connection is up; any thread. */
	boolean isOpen() {
		return this.channel.isActive();
	}

	/**
	 * Send what was appended, and the end of the stream.
	 * @return done when the socket has taken it
	 */
	ChannelFuture finish() {
		return this.output.finish();
	}

	/** Take no more pairs, and drop what was not sent. */
	void close() {
		this.output.close();
	}

}
