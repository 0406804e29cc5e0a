package io.petrichor.protocol;

import java.util.ArrayList;
import java.util.List;

import io.petrichor.tnetstring.TNetstring;

/**
 * The parts of a stream for somebody who wants one reply, which is a list of them.
 * Whoever sends makes it for a peer that takes no streams, whoever receives for a caller
 * that asked for one reply. Not thread-safe.
 *
 * @since 0.1.0
 */
public final class StreamParts {

	private final List<TNetstring> bodies = new ArrayList<>();

	private long size;

	/**
	 * Keep a part.
	 * @param body its body
	 * @return the bytes of all parts until now
	 */
	public long add(TNetstring body) {
		this.bodies.add(body);
		this.size += body.size();
		return this.size;
	}

	/**
	 * The stream as one reply.
	 * @param last the reply that ended it, whose body is part of it unless it is null
	 * @return that reply, with the list as its body
	 */
	public Message reply(Message last) {
		if (!last.body().isNull()) {
			add(last.body());
		}
		return new Message(last.header(), list());
	}

	/**
	 * All parts until now.
	 * @return a list
	 */
	public TNetstring list() {
		return TNetstring.of(this.bodies);
	}

}
