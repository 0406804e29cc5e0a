package io.petrichor.client;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

/**
 * What a server says of itself and of its client, in its first pair and later.
 */
final class Welcome {

	private Welcome() {
	}

	/** A missing key lets in; of the others, whatever Python takes for false denies. */
	static boolean isDenial(Header header) {
		if (!header.has(HeaderKeys.ALLOWED)) {
			return false;
		}
		Object allowed = header.get(HeaderKeys.ALLOWED);
		return allowed == null || Boolean.FALSE.equals(allowed)
				|| (allowed instanceof Number number && number.doubleValue() == 0)
				|| (allowed instanceof String text && text.isEmpty())
				|| (allowed instanceof Collection<?> list && list.isEmpty())
				|| (allowed instanceof Map<?, ?> map && map.isEmpty());
	}

	static PetrichorDeniedException denial(Message message) {
		return new PetrichorDeniedException(text(message.body()), retry(message.header()), null);
	}

	/** When another try makes sense, a day at most. */
	static @Nullable Duration retry(Header header) {
		Long millis = header.integer(HeaderKeys.RETRY);
		return (millis != null) ? Duration.ofMillis(Math.max(0, Math.min(millis, TimeUnit.DAYS.toMillis(1)))) : null;
	}

	static String text(TNetstring body) {
		return (body.value() instanceof String text) ? text : body.toString();
	}

}
