package io.petrichor.handler;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.ErrorCode;
import io.petrichor.tnetstring.TNetstring;

/**
 * A stream as one list, for a peer that takes one reply for each request.
 */
final class GatheredReply {

	private final Bodies bodies;

	private final int limit;

	private final List<TNetstring> elements = new ArrayList<>();

	private long size;

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
		TNetstring encoded = this.bodies.write(element);
		this.size += encoded.size();
		if (this.size > this.limit) {
			throw new PetrichorException(ErrorCode.TOO_BIG,
					"the reply is a stream of more than " + this.limit + " bytes");
		}
		this.elements.add(encoded);
	}

	TNetstring list() {
		return TNetstring.of(this.elements);
	}

}
