package io.petrichor.testing;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.petrichor.protocol.Header;
import io.petrichor.protocol.Message;

/**
 * Counts the messages of one direction, as a peer sees them.
 */
public final class MessageTally {

	private final AtomicInteger count = new AtomicInteger();

	private final AtomicInteger largest = new AtomicInteger();

	/**
	 * Read a message from a peer, and count it.
	 * @param peer the peer
	 * @return the message, or null at the end of the stream
	 */
	public Message read(RawPeer peer) {
		Message message = peer.read();
		if (message != null) {
			add(message);
		}
		return message;
	}

	/**
	 * Count a message, and send it.
	 * @param peer who sends it
	 * @param header its header
	 * @param body its body
	 */
	public void send(RawPeer peer, Map<String, ?> header, Object body) {
		add(Message.of(Header.of(header), body));
		peer.send(header, body);
	}

	/**
	 * Count a message that nobody reads.
	 * @param message the message
	 */
	public void add(Message message) {
		this.count.incrementAndGet();
		this.largest.accumulateAndGet(message.header().encoded().size() + message.body().size(), Math::max);
	}

	public double count() {
		return this.count.get();
	}

	/**
	 * The size of the largest.
	 * @return bytes on the wire
	 */
	public double largest() {
		return this.largest.get();
	}

}
