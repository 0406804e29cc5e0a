package io.petrichor.client;

import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.Message;
import io.petrichor.protocol.PairInput;
import io.petrichor.protocol.PairLimits;
import io.petrichor.protocol.PairTap;
import io.petrichor.protocol.ProtocolException;
import io.petrichor.protocol.TrafficListener;

/**
 * Hands pairs to their receiver out of what was read from a socket, in order, unless the
 * receiver asked for a pause. A pair must come to its end in time. Event loop only.
 */
final class PairReader {

	private final DeadlineTimer timer;

	private final long timeout;

	private final PairInput input;

	private PairReceiver receiver;

	private boolean paused;

	private long pausedAt;

	private long resumedAt = System.nanoTime();

	private boolean ended;

	PairReader(ClientSettings settings, TrafficListener listener, DeadlineTimer timer, PairReceiver receiver) {
		this.timer = timer;
		this.timeout = settings.messageTimeout().toNanos();
		this.input = new PairInput(settings.handshakeLimits(), listener);
		this.receiver = receiver;
	}

	/** Whom pairs are for from the next one on. */
	void receiver(PairReceiver receiver) {
		this.receiver = receiver;
	}

	/** What pairs may cost from the next one on. */
	void limits(PairLimits limits) {
		this.input.limits(limits);
	}

	/** Who sees what comes. */
	void wire(@Nullable PairTap wire) {
		this.input.tap(wire);
	}

	/**
	 * When something came last, or could come again after a pause, which is not the
	 * server's silence; from {@link System#nanoTime()}.
	 */
	long lastRead() {
		long lastRead = this.input.lastRead();
		return (lastRead - this.resumedAt > 0) ? lastRead : this.resumedAt;
	}

	/** Whether a pair has begun and not ended. */
	boolean isPartial() {
		return this.input.isPartial();
	}

	void read(ByteBuf in, ByteBufAllocator allocator) {
		if (this.ended) {
			in.release();
			return;
		}
		this.input.add(in, allocator);
		receive();
	}

	/** Hand over what was read, as far as there is no pause. */
	void receive() {
		boolean partial = this.input.isPartial();
		try {
			while (this.input.isReadable() && !this.paused) {
				Message message = this.input.next();
				if (message == null) {
					break;
				}
				partial = false;
				this.receiver.received(message);
			}
		}
		catch (ProtocolException ex) {
			this.receiver.close(DisconnectReason.PROTOCOL_ERROR,
					new PetrichorProtocolException("the server broke the protocol: " + ex.getMessage(), false, ex));
		}
		this.input.taken();
		if (!partial && this.input.isPartial()) {
			this.timer.watch(this.input.lastRead() + this.timeout);
		}
	}

	/** Hand over all that was read, whoever asks for a pause: nothing more comes. */
	void receiveRest() {
		do {
			this.paused = false;
			receive();
		}
		while (this.paused);
	}

	/** Hand over nothing, and let the socket not be read, until {@link #resume}. */
	void pause() {
		this.paused = true;
		this.pausedAt = System.nanoTime();
	}

	/** Hand over what was read, and go on. */
	void resume() {
		long now = System.nanoTime();
		this.paused = false;
		this.resumedAt = now;
		receive();
		if (this.input.isPartial()) {
			this.input.heldUp(now - this.pausedAt, now);
		}
	}

	boolean isPaused() {
		return this.paused;
	}

	/**
	 * Tell the receiver if a pair takes too long.
	 * @return when to look again, or {@link Long#MAX_VALUE}, in nanoseconds from now
	 */
	long expire(long now) {
		if (!this.input.isPartial() || this.paused) {
			return Long.MAX_VALUE;
		}
		long left = this.timeout - this.input.pairAge(now);
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
		this.input.close();
	}

}
