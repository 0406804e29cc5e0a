package io.petrichor.handler;

import java.util.concurrent.ThreadLocalRandom;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.Message;

/**
 * What a peer is told when a request fails: the one place that decides it.
 */
final class ErrorReplies {

	private static final Log logger = LogFactory.getLog(ErrorReplies.class);

	Message replyTo(Request request, Throwable failure) {
		request.failed(failure);
		if (failure instanceof PetrichorException ex) {
			return reply(ex.code(), ex.body());
		}
		String reference = "%08x".formatted(ThreadLocalRandom.current().nextInt());
		logger.error("Handler of route '%s' failed, reference %s".formatted(request.route(), reference), failure);
		return reply(ErrorCode.INTERNAL.wireName(), "internal error, reference " + reference);
	}

	static Message reply(ErrorCode code, String sentence) {
		return reply(code.wireName(), sentence);
	}

	private static Message reply(String code, @Nullable Object body) {
		return Message.of(Header.of(HeaderKeys.ERROR, code), body);
	}

}
