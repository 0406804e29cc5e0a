package io.petrichor.handler;

import io.petrichor.protocol.Header;
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
	 * Send what was appended; event loop only.
	 */
	void flush();

	/**
	 * Whether more may be written than replies to what was read; event loop only. Who
	 * answers no calls {@link RequestLane#readComplete()} when there is room again.
	 * @return false while the peer does not read fast enough
	 */
	default boolean isWritable() {
		return true;
	}

}
