package io.petrichor.handler;

import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

import io.petrichor.protocol.Header;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

/**
 * A reply of many pairs. Its source is asked for a few values at a time, and for the next
 * ones only when the connection has room: a peer that reads slowly slows the source down.
 */
abstract class StreamReply implements Disposable {

	private static final int LARGEST_ROUND = 64;

	/** What one round should come to, in bytes. */
	private static final int ROUND_SIZE = 32 * 1024;

	private final Request request;

	private final ReturnValues values;

	/** How many values the source is asked for; of one round. */
	private int round = 1;

	private int missing;

	private long size;

	/** Whether it is the connection that has to be waited for. */
	private volatile boolean waiting;

	StreamReply(Request request, ReturnValues values) {
		this.request = request;
		this.values = values;
	}

	/** The source is there, and can be asked. */
	final void ready() {
		this.request.work(this);
		awaitRoom();
	}

	/** There is room for more; event loop only. */
	final void pull() {
		this.waiting = false;
		if (!this.request.isDone()) {
			this.missing = this.round;
			this.size = 0;
			pull(this.round);
		}
	}

	/** Ask the source for this many values. Called again only when all were there. */
	abstract void pull(int count);

	/** Whether the next value is held up by the peer, and not by the source. */
	final boolean isWaiting() {
		return this.waiting;
	}

	final Request request() {
		return this.request;
	}

	/**
	 * A value from the source; one at a time, any thread.
	 * @return whether these were all that the source was asked for
	 */
	final boolean next(@Nullable Object value) {
		Header header = (value instanceof Message message) ? message.header() : Header.EMPTY;
		TNetstring body = (value instanceof Message message) ? message.body() : this.values.write(value);
		this.size += body.size();
		this.request.completeInPart(header, body);
		return --this.missing == 0;
	}

	/** Wait until there is room for more. */
	final void await() {
		this.round = (int) Math.max(1, Math.min(LARGEST_ROUND, ROUND_SIZE / (this.size / this.round + 1)));
		awaitRoom();
	}

	private void awaitRoom() {
		this.waiting = true;
		this.request.awaitRoom(this);
	}

	/** Wait until there may be a thread for it. */
	final void awaitThread() {
		this.waiting = true;
		this.request.awaitThread(this);
	}

	final void end() {
		this.request.complete(Header.EMPTY, TNetstring.NULL);
	}

	final void fail(Throwable failure) {
		this.values.fail(this.request, failure);
	}

}
