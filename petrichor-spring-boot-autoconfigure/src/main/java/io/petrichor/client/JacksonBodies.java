package io.petrichor.client;

import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

import io.petrichor.tnetstring.TNetstring;
import io.petrichor.tnetstring.jackson.TNetstringMapper;

/**
 * Records, POJOs and trees as bodies too.
 */
final class JacksonBodies extends Bodies {

	private final TNetstringMapper mapper = new TNetstringMapper();

	@Override
	TNetstring encode(@Nullable Object value) {
		return isSimple(value) ? super.encode(value) : this.mapper.writeValueAsTNetstring(value);
	}

	@Override
	<T> @Nullable T decode(TNetstring body, Type type) {
		if (type instanceof Class<?> simple && SIMPLE.contains(simple)) {
			return super.decode(body, type);
		}
		return this.mapper.readValue(body, this.mapper.constructType(ResolvableType.forType(type).getType()));
	}

}
