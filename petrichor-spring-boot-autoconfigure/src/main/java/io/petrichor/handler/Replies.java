package io.petrichor.handler;

import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.tnetstring.TNetstring;

/**
 * Where the replies of a connection go.
 *
 * @since 0.1.0
 */
public interface Replies {

	/**
	 * Append a pair; any thread.
	 * @param header its header
	 * @param body its body
	 */
	void write(Header header, TNetstring body);

	/**
	 * Append a pair that replies to a numbered request; any thread.
	 * @param header its header, without the number
	 * @param re the number of the request
	 * @param body its body
	 */
	default void write(Header header, long re, TNetstring body) {
		write(header.with(HeaderKeys.RE, re), body);
	}

	/**
	 * Send what was appended; event loop only.
	 */
	void flush();

	/**
	 * Whether so much waits to be read by the peer that nothing should be begun that adds
	 * to it; any thread. There is progress when it does no more.
	 * @return true while there is no room
	 */
	default boolean isFull() {
		return false;
	}

	/**
	 * Whether more may be written than replies to what was read; event loop only. Who
	 * answers no calls {@link RequestLane#readComplete()} when there is room again.
	 * @return false while the peer does not read fast enough
	 */
	default boolean isWritable() {
		return true;
	}

	/**
	 * Whether a pair is over the limits of what goes to the peer; any thread.
	 * @param header its header, without the number
	 * @param re the number of the request that it replies to, or null for none
	 * @param body its body
	 * @return true if it must not be written
	 */
	default boolean isTooBig(Header header, @Nullable Long re, TNetstring body) {
		return false;
	}

	/**
	 * The replies cannot go on: one could not be written. Any thread.
	 * @param cause why
	 */
	void fail(Throwable cause);

}
