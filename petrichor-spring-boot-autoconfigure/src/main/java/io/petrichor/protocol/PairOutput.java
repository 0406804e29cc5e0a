package io.petrichor.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

import io.petrichor.tnetstring.TNetstring;

/**
 * Collects the pairs that go out on a connection, and sends what was collected as one
 * write. A pair is encoded whole or not at all.
 *
 * @since 0.1.0
 */
public final class PairOutput {

	private static final int SMALLEST_BATCH = 256;

	private static final int LARGEST_GUESS = 64 * 1024;

	private final Channel channel;

	private final TrafficListener listener;

	/** The JDK's TLS is faster at encrypting arrays, and sockets take native memory. */
	private final boolean encrypted;

	private @Nullable ByteBuf batch;

	private int pairs;

	private int largest;

	private volatile long written;

	private int guess = SMALLEST_BATCH;

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
		this.listener = listener;
		this.encrypted = channel.pipeline().get(SslHandler.class) != null;
	}

	/**
	 * Append a pair; any thread. Once the output is closed, pairs vanish.
	 * @param header its header
	 * @param body its body
	 */
	public synchronized void write(Header header, TNetstring body) {
		if (!this.closed) {
			PairEncoder.encode(header, body, batch(header, body));
		}
	}

	/**
	 * Append a pair whose header has one number more; any thread. Once the output is
	 * closed, pairs vanish.
	 * @param header its header without the number
	 * @param key the key of the number
	 * @param number the number, not negative
	 * @param body its body
	 */
	public synchronized void write(Header header, String key, long number, TNetstring body) {
		if (!this.closed) {
			PairEncoder.encode(header, key, number, body, batch(header, body));
		}
	}

	/**
	 * Send what was appended; event loop only.
	 */
	public void flush() {
		ByteBuf out = take();
		if (out != null) {
			look();
			this.channel.writeAndFlush(out, this.channel.voidPromise());
			look();
		}
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
		return appended() + ((buffer != null) ? buffer.totalPendingWriteBytes() : 0);
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
	 * Take no more pairs, and drop what was not sent; any thread.
	 */
	public synchronized void close() {
		this.closed = true;
		if (this.batch != null) {
			this.batch.release();
			this.batch = null;
		}
	}

	private ByteBuf batch(Header header, TNetstring body) {
		int size = header.encoded().size() + body.size();
		this.pairs++;
		this.largest = Math.max(this.largest, size);
		ByteBuf batch = this.batch;
		if (batch == null) {
			ByteBufAllocator memory = this.channel.alloc();
			int capacity = Math.max(this.guess, size);
			batch = (this.encrypted) ? memory.heapBuffer(capacity) : memory.ioBuffer(capacity);
			this.batch = batch;
		}
		return batch;
	}

	private synchronized @Nullable ByteBuf take() {
		ByteBuf out = this.batch;
		this.batch = null;
		if (out != null) {
			int bytes = out.readableBytes();
			this.written += bytes;
			this.guess = Math.min(Math.max(bytes, SMALLEST_BATCH), LARGEST_GUESS);
			this.listener.pairsWritten(this.pairs, bytes, this.largest);
			this.pairs = 0;
			this.largest = 0;
		}
		return out;
	}

	private synchronized int appended() {
		return (this.batch != null) ? this.batch.readableBytes() : 0;
	}

	private void endOfStream(ChannelPromise ended) {
		((DuplexChannel) this.channel).shutdownOutput(ended);
	}

}
