package io.petrichor.client;

import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

import io.petrichor.tnetstring.TNetstring;

/**
 * Java values as bodies, and bodies as Java values.
 */
final class Bodies {

	TNetstring encode(@Nullable Object value) {
		return TNetstring.of(value);
	}

	@SuppressWarnings("unchecked")
	<T> @Nullable T decode(TNetstring body, Type type) {
		return (T) body.as(ResolvableType.forType(type).toClass());
	}

}
