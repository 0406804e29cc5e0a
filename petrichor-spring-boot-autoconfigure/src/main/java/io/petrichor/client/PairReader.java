package io.petrichor.client;

import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.Message;
import io.petrichor.protocol.PairDecoder;
import io.petrichor.protocol.PairLimits;
import io.petrichor.protocol.PairTap;
import io.petrichor.protocol.ProtocolException;
import io.petrichor.protocol.TrafficListener;

/**
 * Hands pairs to their receiver out of what was read from a socket, in order, unless the
 * receiver asked for a pause. A pair must come to its end in time. Event loop only.
 */
final class PairReader {

	private final TrafficListener listener;

	private final DeadlineTimer timer;

	private final long timeout;

	private final PairDecoder decoder;

	private PairReceiver receiver;

	private @Nullable PairTap wire;

	private @Nullable ByteBuf unread;

	private long lastRead = System.nanoTime();

	private long pairBegun;

	private boolean paused;

	private boolean ended;

	PairReader(ClientSettings settings, TrafficListener listener, DeadlineTimer timer, PairReceiver receiver) {
		this.listener = listener;
		this.timer = timer;
		this.timeout = settings.messageTimeout().toNanos();
		this.decoder = new PairDecoder(settings.handshakeLimits());
		this.receiver = receiver;
	}

	/** Whom pairs are for from the next one on. */
	void receiver(PairReceiver receiver) {
		this.receiver = receiver;
	}

	/** What pairs may cost from the next one on. */
	void limits(PairLimits limits) {
		this.decoder.limits(limits);
	}

	/** Who sees what comes. */
	void wire(@Nullable PairTap wire) {
		this.wire = wire;
	}

	/** When something came last, from {@link System#nanoTime()}. */
	long lastRead() {
		return this.lastRead;
	}

	/** Whether a pair has begun and not ended. */
	boolean isPartial() {
		return this.decoder.isPartial();
	}

	void read(ByteBuf in, ByteBufAllocator allocator) {
		if (this.ended) {
			in.release();
			return;
		}
		this.lastRead = System.nanoTime();
		this.listener.bytesRead(in.readableBytes());
		this.unread = (this.unread == null) ? in
				: ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, this.unread, in);
		receive();
	}

	/** Hand over what was read, as far as there is no pause. */
	void receive() {
		boolean partialBefore = this.decoder.isPartial();
		int pairs = 0;
		long bytes = 0;
		int largest = 0;
		try {
			while (this.unread != null && this.unread.isReadable() && !this.paused) {
				Message message = this.decoder.decode(this.unread);
				if (message == null) {
					break;
				}
				partialBefore = false;
				int size = message.header().encoded().size() + message.body().size();
				pairs++;
				bytes += size;
				largest = Math.max(largest, size);
				received(message);
			}
		}
		catch (ProtocolException ex) {
			this.receiver.close(DisconnectReason.PROTOCOL_ERROR,
					new PetrichorProtocolException("the server broke the protocol: " + ex.getMessage(), false, ex));
		}
		if (pairs > 0) {
			this.listener.pairsRead(pairs, bytes, largest);
		}
		if (!partialBefore && this.decoder.isPartial()) {
			this.pairBegun = this.lastRead;
			this.timer.watch(this.pairBegun + this.timeout);
		}
		if (this.unread != null && !this.unread.isReadable()) {
			release();
		}
	}

	private void received(Message message) {
		if (this.wire != null) {
			this.wire.received(message.header(), message.body());
		}
		this.receiver.received(message);
	}

	/** Hand over nothing, and let the socket not be read, until there is no pause. */
	void pause(boolean paused) {
		this.paused = paused;
	}

	boolean isPaused() {
		return this.paused;
	}

	/**
	 * Tell the receiver if a pair takes too long.
	 * @return when to look again, or {@link Long#MAX_VALUE}, in nanoseconds from now
	 */
	long expire(long now) {
		if (!this.decoder.isPartial() || this.paused) {
			return Long.MAX_VALUE;
		}
		long left = this.pairBegun + this.timeout - now;
		if (left > 0) {
			return left;
		}
		this.receiver.close(DisconnectReason.MESSAGE_TIMEOUT, new PetrichorProtocolException(
				"the server did not end a pair within %d ms".formatted(TimeUnit.NANOSECONDS.toMillis(this.timeout)),
				false, null));
		return Long.MAX_VALUE;
	}

	/** Hand over nothing any more, and drop what comes. */
	void end() {
		this.ended = true;
		this.decoder.close();
		release();
	}

	private void release() {
		if (this.unread != null) {
			this.unread.release();
			this.unread = null;
		}
	}

}
