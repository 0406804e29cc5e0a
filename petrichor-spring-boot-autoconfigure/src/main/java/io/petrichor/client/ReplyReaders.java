package io.petrichor.client;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

import io.petrichor.handler.Bodies;
import io.petrichor.handler.PetrichorException;
import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

/**
 * The readers of a client, one for each type that was ever asked for.
 */
final class ReplyReaders {

	/** They are kept up to this number, lest they grow. */
	private static final int MAX_READERS = 1024;

	private final Bodies bodies;

	private final Map<Type, ReplyReader<?>> readers = new ConcurrentHashMap<>();

	ReplyReaders(Bodies bodies) {
		this.bodies = bodies;
	}

	/**
	 * The reader for a type.
	 * @throws IllegalArgumentException if no reply can be read as that
	 */
	@SuppressWarnings("unchecked")
	<T> ReplyReader<T> of(Type type) {
		ReplyReader<?> reader = this.readers.get(type);
		if (reader == null) {
			reader = create(type);
			if (this.readers.size() < MAX_READERS) {
				this.readers.put(type, reader);
			}
		}
		return (ReplyReader<T>) reader;
	}

	private ReplyReader<?> create(Type type) {
		if (type == Message.class) {
			return (reply) -> reply;
		}
		if (type == Void.class || type == void.class) {
			return (reply) -> null;
		}
		if (type instanceof ParameterizedType generic) {
			Type argument = generic.getActualTypeArguments()[0];
			if (generic.getRawType() == PetrichorClient.Reply.class) {
				ReplyReader<?> body = of(argument);
				return (reply) -> new PetrichorClient.Reply<>(reply.header(), body.read(reply));
			}
			if (generic.getRawType() == Optional.class) {
				ReplyReader<?> body = of(argument);
				return (reply) -> Optional.ofNullable(body.read(reply));
			}
		}
		return body(type);
	}

	private ReplyReader<?> body(Type type) {
		Function<TNetstring, @Nullable Object> body = this.bodies.reader(ResolvableType.forType(type).getType());
		boolean primitive = type instanceof Class<?> raw && raw.isPrimitive();
		return (reply) -> {
			try {
				@Nullable Object value = body.apply(reply.body());
				if (value == null && primitive) {
					throw new PetrichorException(ErrorCode.BAD_REQUEST, "it is null");
				}
				return value;
			}
			catch (PetrichorException ex) {
				throw new PetrichorUnreadableReplyException(type, String.valueOf(ex.body()), ex);
			}
			catch (RuntimeException ex) {
				throw new PetrichorUnreadableReplyException(type, String.valueOf(ex.getMessage()), ex);
			}
		};
	}

}
