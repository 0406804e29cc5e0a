package io.petrichor.protocol;

import io.petrichor.tnetstring.TNetstring;

/**
 * Sees every pair of one connection. For those who look for a fault, as it costs a call
 * for each pair. Any thread.
 *
 * @since 0.1.0
 */
public interface PairTap {

	/**
	 * A pair was read.
	 * @param header its header
	 * @param body its body
	 */
	void received(Header header, TNetstring body);

	/**
	 * A pair was appended to the output.
	 * @param header its header
	 * @param body its body
	 */
	void sent(Header header, TNetstring body);

}
