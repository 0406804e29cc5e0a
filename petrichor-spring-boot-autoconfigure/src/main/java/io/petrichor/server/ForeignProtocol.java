package io.petrichor.server;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Names what speaks on a connection that ought to begin with a pair, for the log.
 */
final class ForeignProtocol {

	private static final int TLS_HANDSHAKE = 0x16;

	private static final int LONGEST_METHOD = 8;

	private static final Pattern HTTP = Pattern.compile("(GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS|CONNECT|TRACE|PRI) .*",
			Pattern.DOTALL);

	private ForeignProtocol() {
	}

	/** The protocol that these first bytes are of, or null if they may be a pair. */
	static @Nullable String of(ByteBuf bytes) {
		int first = bytes.getByte(bytes.readerIndex());
		if (first == TLS_HANDSHAKE) {
			return "TLS";
		}
		if (first < 'A' || first > 'Z') {
			return null;
		}
		String beginning = bytes.toString(bytes.readerIndex(), Math.min(bytes.readableBytes(), LONGEST_METHOD),
				StandardCharsets.ISO_8859_1);
		return HTTP.matcher(beginning).matches() ? "HTTP" : null;
	}

}
