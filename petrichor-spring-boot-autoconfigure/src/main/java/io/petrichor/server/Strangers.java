package io.petrichor.server;

import java.nio.channels.ClosedChannelException;

import io.netty.channel.Channel;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import org.apache.commons.logging.Log;

/**
 * Names in the log those who connected and speak something else than this port does.
 */
final class Strangers {

	private final OccasionalLog log;

	Strangers(Log logger) {
		this.log = new OccasionalLog(logger);
	}

	/** The first bytes are of another protocol. */
	void speak(String protocol, Channel channel) {
		this.log
			.info("%s speaks %s; this port expects pairs%s and closes the connection".formatted(channel.remoteAddress(),
					protocol, (channel.pipeline().get(SslHandler.class) != null) ? " over TLS" : ", without TLS"));
	}

	/** TLS could not be set up. */
	void tlsFailed(Throwable cause, Channel channel) {
		if (cause instanceof NotSslRecordException) {
			this.log.info("%s speaks plaintext; this port expects TLS and closes the connection"
				.formatted(channel.remoteAddress()));
		}
		else if (!(cause instanceof ClosedChannelException)) {
			this.log.info("TLS with %s failed: %s".formatted(channel.remoteAddress(),
					String.valueOf(cause.getMessage()).replaceAll("\\p{Cntrl}", "?")));
		}
	}

}
