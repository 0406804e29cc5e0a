package io.petrichor.protocol;

import org.jspecify.annotations.Nullable;

import io.petrichor.tnetstring.TNetstring;

/**
 * One pair of the protocol.
 *
 * @param header the header, always a dictionary
 * @param body the body, any value
 * @since 0.1.0
 */
public record Message(Header header, TNetstring body) {

	/**
	 * A message from Java values.
	 * @param header the header
	 * @param body any value that has a TNetstring
	 * @return the message
	 */
	public static Message of(Header header, @Nullable Object body) {
		return new Message(header, TNetstring.of(body));
	}

}
