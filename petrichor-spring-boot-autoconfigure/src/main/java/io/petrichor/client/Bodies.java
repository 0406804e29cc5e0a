package io.petrichor.client;

import java.io.InputStream;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

import io.petrichor.tnetstring.TNetstring;

/**
 * Java values as bodies, and bodies as Java values.
 */
class Bodies {

	static final Set<Class<?>> SIMPLE = Set.of(TNetstring.class, byte[].class, ByteBuffer.class, InputStream.class,
			String.class, CharSequence.class, int.class, Integer.class, long.class, Long.class, short.class,
			Short.class, byte.class, Byte.class, double.class, Double.class, float.class, Float.class, boolean.class,
			Boolean.class, BigInteger.class, BigDecimal.class, Number.class, Map.class, List.class, Object.class);

	/** Those that know as much as the class path does. */
	static Bodies create() {
		return ClassUtils.isPresent("tools.jackson.databind.ObjectMapper", Bodies.class.getClassLoader())
				? new JacksonBodies() : new Bodies();
	}

	static boolean isSimple(@Nullable Object value) {
		return value == null || value instanceof CharSequence || value instanceof byte[] || value instanceof Number
				|| value instanceof Boolean || value instanceof TNetstring || value instanceof ByteBuffer
				|| value instanceof InputStream;
	}

	TNetstring encode(@Nullable Object value) {
		return TNetstring.of(value);
	}

	@SuppressWarnings("unchecked")
	<T> @Nullable T decode(TNetstring body, Type type) {
		return (T) body.as(ResolvableType.forType(type).toClass());
	}

}
