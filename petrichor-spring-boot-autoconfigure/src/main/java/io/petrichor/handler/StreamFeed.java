package io.petrichor.handler;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The streams of a connection that wait until it has room for more of them. They take
 * turns. Event loop only, unless a method says otherwise.
 */
final class StreamFeed {

	/** How often streams are asked for more before others on the event loop go on. */
	private static final int TURNS = 16;

	private final Replies replies;

	private final Queue<StreamReply> waiting = new ConcurrentLinkedQueue<>();

	private boolean feeding;

	StreamFeed(Replies replies) {
		this.replies = replies;
	}

	/** Any thread. */
	void add(StreamReply stream) {
		this.waiting.add(stream);
	}

	boolean isEmpty() {
		return this.waiting.isEmpty();
	}

	/**
	 * Ask streams for more as long as there is room for what they bring.
	 * @return whether they are to be asked again soon
	 */
	boolean feed() {
		if (this.feeding) {
			return false;
		}
		this.feeding = true;
		try {
			for (int turns = 0; !this.waiting.isEmpty() && hasRoom(); turns++) {
				if (turns == TURNS) {
					return true;
				}
				this.waiting.remove().pull();
			}
			return false;
		}
		finally {
			this.feeding = false;
		}
	}

	private boolean hasRoom() {
		if (!this.replies.isWritable()) {
			this.replies.flush();
		}
		return this.replies.isWritable();
	}

	void close() {
		this.waiting.clear();
	}

}
