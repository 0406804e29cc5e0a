package io.petrichor.client;

import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.Message;

/**
 * Reads replies as what their callers asked for.
 *
 * @param <T> the type that was asked for
 */
@FunctionalInterface
interface ReplyReader<T> {

	/**
	 * Read a reply.
	 * @throws PetrichorUnreadableReplyException if it is not of that type
	 */
	@Nullable T read(Message reply);

}
