package io.petrichor.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.Message;
import io.petrichor.protocol.PairDecoder;
import io.petrichor.protocol.PairLimits;
import io.petrichor.protocol.PairTap;
import io.petrichor.protocol.ProtocolException;

/**
 * What comes from a peer: the bytes that were read, the pairs in them, and what is wrong
 * with them. Methods are for the event loop unless they say otherwise.
 */
final class Inbound {

	private static final ProtocolException TORN = new ProtocolException(ErrorCode.BAD_REQUEST,
			"the stream ended within a pair");

	private final ServerListener listener;

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

	Inbound(PairLimits limits, ServerListener listener) {
		this.decoder = new PairDecoder(limits);
		this.listener = listener;
	}

	/** Other limits from the next pair on. */
	void limits(PairLimits limits) {
		this.decoder.limits(limits);
	}

	/** Show every pair to somebody; any thread. */
	void tap(@Nullable PairTap tap) {
		this.tap = tap;
	}

	/** Bytes were read, and belong to this from now on. */
	void add(ByteBuf bytes, ByteBufAllocator allocator) {
		int count = bytes.readableBytes();
		this.lastRead = System.nanoTime();
		this.bytesRead += count;
		this.listener.bytesRead(count);
		this.unread = (this.unread == null) ? bytes
				: ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, this.unread, bytes);
	}

	/** Whether there are bytes in which there may be a pair. */
	boolean isReadable() {
		return this.unread != null && this.unread.isReadable();
	}

	/**
	 * Take the next pair. Whoever has taken some calls {@link #taken()} at the end.
	 * @return the pair, or null if its end has not been read yet
	 * @throws ProtocolException once, when there will be no pair any more
	 */
	@Nullable Message next() {
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

	/** No more pairs are taken for now. */
	void taken() {
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

	/** Whether something was read and not taken. */
	boolean hasUnread() {
		return this.unread != null;
	}

	/** The bytes that were read and not taken. */
	int unread() {
		return (this.unread != null) ? this.unread.readableBytes() : 0;
	}

	/** Whether a pair has begun and not ended. */
	boolean isPartial() {
		return this.decoder.isPartial();
	}

	/** When bytes were last read, from {@link System#nanoTime()}. */
	long lastRead() {
		return this.lastRead;
	}

	/** For how long the pair that has begun has been coming, in nanoseconds. */
	long pairAge(long now) {
		return now - this.pairBegun;
	}

	/**
	 * It was not the peer who kept the pair from going on for so long, or since it began.
	 */
	void heldUp(long nanos, long now) {
		this.pairBegun += Math.min(nanos, pairAge(now));
	}

	/** The bytes that were read; any thread. */
	long bytesRead() {
		return this.bytesRead;
	}

	/** The memory for a pair that has begun; any thread. */
	int partial() {
		return this.decoder.buffered();
	}

	/** The memory for all that was read and not taken. */
	int held() {
		return this.decoder.buffered() + ((this.unread != null) ? this.unread.capacity() : 0);
	}

	/** The peer has ended its half: nothing more comes. */
	void end() {
		this.ended = true;
	}

	boolean isEnded() {
		return this.ended;
	}

	/** Whether what came broke the protocol. */
	boolean isBroken() {
		return this.failure != null;
	}

	/** What the peer is told that it did wrong, now that nothing more is taken. */
	@Nullable ProtocolException failure() {
		return (this.ended && this.decoder.isPartial()) ? TORN : this.failure;
	}

	/** Take nothing any more, and keep nothing. */
	void close() {
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
