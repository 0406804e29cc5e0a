package io.petrichor.handler;

import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.StreamParts;
import io.petrichor.tnetstring.TNetstring;

/**
 * A stream as one list, for a peer that takes one reply for each request.
 */
final class GatheredReply {

	private final Bodies bodies;

	private final int limit;

	private final StreamParts parts = new StreamParts();

	/**
	 * Create an empty list.
	 * @param bodies writes the elements
	 * @param limit the most bytes of all elements together
	 */
	GatheredReply(Bodies bodies, int limit) {
		this.bodies = bodies;
		this.limit = limit;
	}

	void add(@Nullable Object element) {
		if (this.parts.add(this.bodies.write(element)) > this.limit) {
			throw new PetrichorException(ErrorCode.TOO_BIG,
					"the reply is a stream of more than " + this.limit + " bytes");
		}
	}

	TNetstring list() {
		return this.parts.list();
	}

}
