package io.petrichor.wire;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.Header;
import io.petrichor.protocol.PairTap;
import io.petrichor.tnetstring.TNetstring;

/**
 * Writes every pair of a connection to the log, escaped and cut. It shows what peers
 * send, passwords included, and costs a line for each pair: for those who look for a
 * fault.
 *
 * @since 0.1.0
 */
public final class WireLog implements PairTap {

	private static final Log logger = LogFactory.getLog("io.petrichor.wire");

	private final String connection;

	private WireLog(String connection) {
		this.connection = connection;
	}

	/**
	 * The log of a connection.
	 * @param connection the id of the connection
	 * @return the log, or null unless the logger {@code io.petrichor.wire} is at TRACE
	 */
	public static @Nullable PairTap of(String connection) {
		return logger.isTraceEnabled() ? new WireLog(connection) : null;
	}

	@Override
	public void received(Header header, TNetstring body) {
		logger.trace(this.connection + " < " + header + " " + body);
	}

	@Override
	public void sent(Header header, TNetstring body) {
		logger.trace(this.connection + " > " + header + " " + body);
	}

}
