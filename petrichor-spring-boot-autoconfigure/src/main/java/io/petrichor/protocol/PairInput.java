package io.petrichor.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

/**
 * What comes from the other side of a connection: the bytes that were read, the pairs in
 * them, and what is wrong with them. The other way is {@link PairOutput}. Methods are for
 * the event loop unless they say otherwise.
 *
 * @since 0.1.0
 */
public final class PairInput {

	private static final ProtocolException TORN = new ProtocolException(ErrorCode.BAD_REQUEST,
			"the stream ended within a pair");

	private final TrafficListener listener;

	private final PairDecoder decoder;

	private volatile @Nullable PairTap tap;

	private @Nullable ByteBuf unread;

	private volatile long bytesRead;

	private long lastRead = System.nanoTime();

	private long pairBegun;

	/** Of the pairs that were taken and that the listener has not been told of. */
	private int pairs;

	private int largest;

	private long pairBytes;

	private boolean ended;

	private @Nullable ProtocolException failure;

	/**
	 * Create an input.
	 * @param limits what pairs may cost
	 * @param listener told of what is read
	 */
	public PairInput(PairLimits limits, TrafficListener listener) {
		this.decoder = new PairDecoder(limits);
		this.listener = listener;
	}

	/**
	 * Other limits from the next pair on.
	 * @param limits what pairs may cost
	 */
	public void limits(PairLimits limits) {
		this.decoder.limits(limits);
	}

	/**
	 * Show every pair to somebody; any thread.
	 * @param tap who is shown, or null for nobody
	 */
	public void tap(@Nullable PairTap tap) {
		this.tap = tap;
	}

	/**
	 * Bytes were read.
	 * @param bytes belong to this from now on
	 * @param allocator where memory comes from if they have to be joined to others
	 */
	public void add(ByteBuf bytes, ByteBufAllocator allocator) {
		int count = bytes.readableBytes();
		this.lastRead = System.nanoTime();
		this.bytesRead += count;
		this.listener.bytesRead(count);
		this.unread = (this.unread == null) ? bytes
				: ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, this.unread, bytes);
	}

	/**
	 * Whether there may be another pair.
	 * @return true if bytes were read and not taken
	 */
	public boolean isReadable() {
		return this.unread != null && this.unread.isReadable();
	}

	/**
	 * Take the next pair. Whoever has taken some calls {@link #taken()} at the end.
	 * @return the pair, or null if its end has not been read yet
	 * @throws ProtocolException once, when there will be no pair any more
	 */
	public @Nullable Message next() {
		ByteBuf in = this.unread;
		if (in == null) {
			return null;
		}
		boolean begun = this.decoder.isPartial();
		Message message = decode(in);
		if (message != null) {
			count(message);
		}
		else if (!begun && this.decoder.isPartial()) {
			this.pairBegun = this.lastRead;
		}
		return message;
	}

	private @Nullable Message decode(ByteBuf in) {
		try {
			return this.decoder.decode(in);
		}
		catch (ProtocolException ex) {
			this.failure = ex;
			this.listener.protocolError(ex.code());
			throw ex;
		}
	}

	private void count(Message message) {
		int size = message.header().encoded().size() + message.body().size();
		this.pairs++;
		this.pairBytes += size;
		this.largest = Math.max(this.largest, size);
		PairTap tap = this.tap;
		if (tap != null) {
			tap.received(message.header(), message.body());
		}
	}

	/**
	 * No more pairs are taken for now.
	 */
	public void taken() {
		if (this.pairs > 0) {
			this.listener.pairsRead(this.pairs, this.pairBytes, this.largest);
			this.pairs = 0;
			this.pairBytes = 0;
			this.largest = 0;
		}
		if (!isReadable() || this.decoder.isDead()) {
			dropUnread();
		}
	}

	/**
	 * Whether memory is held for what was read and not taken.
	 * @return true if so
	 */
	public boolean hasUnread() {
		return this.unread != null;
	}

	/**
	 * What was read and not taken.
	 * @return bytes
	 */
	public int unread() {
		return (this.unread != null) ? this.unread.readableBytes() : 0;
	}

	/**
	 * Whether a pair has begun and not ended.
	 * @return true if so
	 */
	public boolean isPartial() {
		return this.decoder.isPartial();
	}

	/**
	 * When bytes were last read, or this was made.
	 * @return from {@link System#nanoTime()}
	 */
	public long lastRead() {
		return this.lastRead;
	}

	/**
	 * For how long the pair that has begun has been coming.
	 * @param now from {@link System#nanoTime()}
	 * @return nanoseconds
	 */
	public long pairAge(long now) {
		return now - this.pairBegun;
	}

	/**
	 * It was not the other side that kept the pair from going on for so long, or since it
	 * began.
	 * @param nanos for how long
	 * @param now from {@link System#nanoTime()}
	 */
	public void heldUp(long nanos, long now) {
		this.pairBegun += Math.min(nanos, pairAge(now));
	}

	/**
	 * What was read in all; any thread.
	 * @return bytes
	 */
	public long bytesRead() {
		return this.bytesRead;
	}

	/**
	 * The memory for a pair that has begun; any thread.
	 * @return bytes
	 */
	public int partial() {
		return this.decoder.buffered();
	}

	/**
	 * The memory for all that was read and not taken.
	 * @return bytes
	 */
	public int held() {
		return this.decoder.buffered() + ((this.unread != null) ? this.unread.capacity() : 0);
	}

	/**
	 * The other side has ended its half: nothing more comes.
	 */
	public void end() {
		this.ended = true;
	}

	/**
	 * Whether the other side has ended its half.
	 * @return true if so
	 */
	public boolean isEnded() {
		return this.ended;
	}

	/**
	 * Whether what came broke the protocol.
	 * @return true if so
	 */
	public boolean isBroken() {
		return this.failure != null;
	}

	/**
	 * What the other side did wrong, now that nothing more is taken.
	 * @return what it is told, or null if nothing
	 */
	public @Nullable ProtocolException failure() {
		return (this.ended && this.decoder.isPartial()) ? TORN : this.failure;
	}

	/**
	 * Take nothing any more, and keep nothing.
	 */
	public void close() {
		this.decoder.close();
		dropUnread();
	}

	private void dropUnread() {
		if (this.unread != null) {
			this.unread.release();
			this.unread = null;
		}
	}

}
