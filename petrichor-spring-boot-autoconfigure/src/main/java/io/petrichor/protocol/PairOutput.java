package io.petrichor.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

import io.petrichor.tnetstring.TNetstring;

/**
 * Collects the pairs that go out on a connection, and sends what was collected as one
 * write. A pair is encoded whole or not at all. What the event loop appends needs no
 * lock: it has a batch of its own, which goes first, for as long as nobody else has
 * appended anything to the other one.
 *
 * @since 0.1.0
 */
public final class PairOutput {

	private final Channel channel;

	private final EventLoop loop;

	/** Event loop only. */
	private final PairBatch first;

	/** What comes after it; any thread that has its lock. */
	private final PairBatch second;

	private volatile @Nullable PairTap tap;

	/** Whether there is anything in {@link #second}; changed with its lock. */
	private volatile boolean shared;

	private volatile long written;

	/** Changed by the event loop, with the lock of {@link #second}. */
	private boolean closed;

	/**
	 * What the socket had not taken at the last look, and had taken of its first part.
	 */
	private long left;

	private long takenOfFirst;

	/** When the socket last took something, or what it does not take began to wait. */
	private long lastProgress;

	/**
	 * Create an output.
	 * @param channel where to write
	 * @param listener told of what is written
	 */
	public PairOutput(Channel channel, TrafficListener listener) {
		this.channel = channel;
		this.loop = channel.eventLoop();
		boolean encrypted = channel.pipeline().get(SslHandler.class) != null;
		this.first = new PairBatch(channel.alloc(), encrypted, listener);
		this.second = new PairBatch(channel.alloc(), encrypted, listener);
	}

	/**
	 * Show every pair to somebody; any thread.
	 * @param tap who is shown, or null for nobody
	 */
	public void tap(@Nullable PairTap tap) {
		this.tap = tap;
	}

	/**
	 * Append a pair; any thread. Once the output is closed, pairs vanish.
	 * @param header its header
	 * @param body its body
	 */
	public void write(Header header, TNetstring body) {
		append(header, null, 0, body);
	}

	/**
	 * Append a pair whose header has one number more; any thread. Once the output is
	 * closed, pairs vanish.
	 * @param header its header without the number
	 * @param key the key of the number
	 * @param number the number, not negative
	 * @param body its body
	 */
	public void write(Header header, String key, long number, TNetstring body) {
		append(header, key, number, body);
	}

	private void append(Header header, @Nullable String key, long number, TNetstring body) {
		PairTap tap = this.tap;
		if (tap != null) {
			tap.sent((key != null) ? header.with(key, number) : header, body);
		}
		if (!isFirst()) {
			synchronized (this.second) {
				if (!this.closed) {
					this.second.add(header, key, number, body);
					this.shared = true;
				}
			}
		}
		else if (!this.closed) {
			this.first.add(header, key, number, body);
		}
	}

	/** Whether a pair from here and now goes before all that others append. */
	private boolean isFirst() {
		return !this.shared && this.loop.inEventLoop();
	}

	/**
	 * Send what was appended; event loop only.
	 */
	public void flush() {
		@Nullable ByteBuf out = take();
		if (out != null) {
			look();
			this.channel.writeAndFlush(out, this.channel.voidPromise());
			look();
		}
	}

	/** All that was appended, of which the last part is still to be written. */
	private @Nullable ByteBuf take() {
		@Nullable ByteBuf first = take(this.first);
		if (!this.shared) {
			return first;
		}
		if (first != null) {
			this.channel.write(first, this.channel.voidPromise());
		}
		synchronized (this.second) {
			this.shared = false;
			return take(this.second);
		}
	}

	private @Nullable ByteBuf take(PairBatch batch) {
		@Nullable ByteBuf bytes = batch.take();
		if (bytes != null) {
			this.written += bytes.readableBytes();
		}
		return bytes;
	}

	/**
	 * For how long the socket has taken nothing of what waits for it; event loop only.
	 * What is added meanwhile does not count.
	 * @param now the time, from {@link System#nanoTime()}
	 * @return nanoseconds, 0 if nothing waits
	 */
	public long stuckFor(long now) {
		look();
		return (this.left > 0) ? Math.max(0, now - this.lastProgress) : 0;
	}

	/** The time is that of the flush, however late the event loop gets to ask for it. */
	private void look() {
		ChannelOutboundBuffer buffer = this.channel.unsafe().outboundBuffer();
		long pending = (buffer != null) ? buffer.totalPendingWriteBytes() : 0;
		long ofFirst = (pending > 0 && buffer != null) ? buffer.currentProgress() : 0;
		if ((this.left == 0) ? pending > 0 : (pending < this.left || ofFirst > this.takenOfFirst)) {
			this.lastProgress = System.nanoTime();
		}
		this.left = pending;
		this.takenOfFirst = ofFirst;
	}

	/**
	 * The bytes that were sent; any thread.
	 * @return the number of bytes
	 */
	public long written() {
		return this.written;
	}

	/**
	 * The bytes that were appended and that the socket has not taken; any thread.
	 * @return the number of bytes
	 */
	public long pending() {
		ChannelOutboundBuffer buffer = this.channel.unsafe().outboundBuffer();
		return (long) this.first.size() + this.second.size() + ((buffer != null) ? buffer.totalPendingWriteBytes() : 0);
	}

	/**
	 * Send what was appended and then the end of the stream; event loop only. What the
	 * peer sends is still read.
	 * @return done when the socket has taken everything, and failed if it cannot
	 */
	public ChannelFuture finish() {
		ByteBuf out = take();
		close();
		ChannelPromise ended = this.channel.newPromise();
		this.channel.writeAndFlush((out != null) ? out : Unpooled.EMPTY_BUFFER).addListener((written) -> {
			SslHandler ssl = this.channel.pipeline().get(SslHandler.class);
			if (written.isSuccess() && ssl != null) {
				ssl.closeOutbound().addListener((closed) -> endOfStream(ended));
			}
			else if (written.isSuccess()) {
				endOfStream(ended);
			}
			else {
				ended.tryFailure(written.cause());
			}
		});
		return ended;
	}

	/**
	 * Take no more pairs, and drop what was not sent; event loop only.
	 */
	public void close() {
		synchronized (this.second) {
			this.closed = true;
			this.second.drop();
		}
		this.first.drop();
	}

	private void endOfStream(ChannelPromise ended) {
		((DuplexChannel) this.channel).shutdownOutput(ended);
	}

}
