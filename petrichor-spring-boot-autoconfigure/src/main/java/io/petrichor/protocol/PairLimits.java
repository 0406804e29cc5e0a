package io.petrichor.protocol;

import io.petrichor.tnetstring.TNetstringLimits;

/**
 * What one pair may cost its reader.
 *
 * @param maxHeaderSize the most bytes of data of a header
 * @param maxBodySize the most bytes of data of a body
 * @param values depth, elements, digits and key length; elements of header and body are
 * counted together
 * @since 0.1.0
 */
public record PairLimits(int maxHeaderSize, int maxBodySize, TNetstringLimits values) {

	/**
	 * A header of 8 KiB and a body of 1 MiB.
	 */
	public static final PairLimits DEFAULTS = new PairLimits(8 * 1024, 1024 * 1024, TNetstringLimits.DEFAULTS);

}
