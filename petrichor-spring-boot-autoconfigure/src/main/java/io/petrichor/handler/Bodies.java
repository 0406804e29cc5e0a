package io.petrichor.handler;

import java.io.InputStream;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

import io.petrichor.protocol.ErrorCode;
import io.petrichor.tnetstring.TNetstring;
import io.petrichor.tnetstring.TNetstringConversionException;
import io.petrichor.tnetstring.TNetstringReader;
import io.petrichor.tnetstring.TNetstringType;
import io.petrichor.tnetstring.jackson.TNetstringMapper;

/**
 * Bodies as Java objects, and back. Knows text, bytes, numbers, booleans, and lists and
 * maps of these; {@link JacksonBodies} knows records, POJOs and everything else that
 * Jackson does.
 *
 * @since 0.1.0
 */
public class Bodies {

	private static final Set<Class<?>> SIMPLE = Set.of(TNetstring.class, byte[].class, ByteBuffer.class,
			InputStream.class, String.class, CharSequence.class, int.class, Integer.class, long.class, Long.class,
			short.class, Short.class, byte.class, Byte.class, double.class, Double.class, float.class, Float.class,
			boolean.class, Boolean.class, BigInteger.class, BigDecimal.class, Number.class, Map.class, List.class,
			Collection.class, Object.class);

	/**
	 * Create what knows no objects of the application.
	 */
	public Bodies() {
	}

	/**
	 * What knows as much as the class path does.
	 * @return {@link JacksonBodies} with a mapper of its own if Jackson is there
	 */
	public static Bodies create() {
		return ClassUtils.isPresent("tools.jackson.databind.ObjectMapper", Bodies.class.getClassLoader())
				? WithJackson.create() : new Bodies();
	}

	/**
	 * Read a body.
	 * @param <T> the type
	 * @param body the body
	 * @param type the type
	 * @return the object
	 * @throws PetrichorException {@code bad_request} if the body is not of that type
	 * @throws IllegalArgumentException if no body can be
	 */
	@SuppressWarnings("unchecked")
	public final <T> @Nullable T read(TNetstring body, Class<T> type) {
		return (T) reader(type).apply(body);
	}

	/**
	 * What reads bodies as a type. To be asked for once, and not with every body.
	 * @param type the type
	 * @return the reader, which throws a {@link PetrichorException} for bodies that are
	 * not of that type
	 * @throws IllegalArgumentException if no body can be
	 */
	public final Function<TNetstring, @Nullable Object> reader(Type type) {
		Function<TNetstring, @Nullable Object> simple = simpleReader(type);
		if (simple == null) {
			return objectReader(type);
		}
		return (body) -> {
			try {
				return simple.apply(body);
			}
			catch (TNetstringConversionException ex) {
				throw new PetrichorException(ErrorCode.BAD_REQUEST.wireName(), "body: " + ex.getMessage(), ex);
			}
		};
	}

	/**
	 * Write a body, whole or not at all.
	 * @param value the object
	 * @return the body
	 * @throws RuntimeException if it cannot be encoded
	 */
	public final TNetstring write(@Nullable Object value) {
		if (value == null || value instanceof byte[] || value instanceof String || value instanceof TNetstring
				|| value instanceof Number || value instanceof Boolean || value instanceof CharSequence
				|| value instanceof ByteBuffer || value instanceof InputStream) {
			return TNetstring.of(value);
		}
		return writeObject(value);
	}

	/** What reads objects of the application. */
	Function<TNetstring, @Nullable Object> objectReader(Type type) {
		throw new IllegalArgumentException(missing(type));
	}

	/** Whether objects of the application can be read and written: makes ready to. */
	boolean knowsObjects() {
		return false;
	}

	static String missing(Type type) {
		return "For %s, Jackson has to be there: add tools.jackson.core:jackson-databind".formatted(type.getTypeName());
	}

	/** Write lists, maps and objects of the application. */
	TNetstring writeObject(Object value) {
		return TNetstring.of(value);
	}

	/** Whether it takes more than this class to read or write the type. */
	static boolean isObject(Type type) {
		return simpleReader(type) == null;
	}

	private static @Nullable Function<TNetstring, @Nullable Object> simpleReader(Type type) {
		if (type instanceof Class<?> simple && SIMPLE.contains(simple)) {
			return (body) -> body.as(simple);
		}
		if (type instanceof WildcardType wildcard) {
			return simpleReader(wildcard.getUpperBounds()[0]);
		}
		if (type instanceof ParameterizedType generic) {
			Type[] arguments = generic.getActualTypeArguments();
			if (generic.getRawType() == List.class || generic.getRawType() == Collection.class) {
				return listReader(simpleReader(arguments[0]));
			}
			if (generic.getRawType() == Map.class && arguments[0] == String.class) {
				return mapReader(simpleReader(arguments[1]));
			}
		}
		return null;
	}

	private static @Nullable Function<TNetstring, @Nullable Object> listReader(
			@Nullable Function<TNetstring, @Nullable Object> elements) {
		return (elements == null) ? null : (body) -> {
			if (body.isNull()) {
				return null;
			}
			expect(body, TNetstringType.LIST);
			TNetstringReader reader = new TNetstringReader(body);
			reader.next();
			reader.enter();
			List<@Nullable Object> list = new ArrayList<>();
			while (reader.next()) {
				list.add(elements.apply(reader.value()));
			}
			return Collections.unmodifiableList(list);
		};
	}

	private static @Nullable Function<TNetstring, @Nullable Object> mapReader(
			@Nullable Function<TNetstring, @Nullable Object> values) {
		return (values == null) ? null : (body) -> {
			if (body.isNull()) {
				return null;
			}
			expect(body, TNetstringType.DICTIONARY);
			TNetstringReader reader = new TNetstringReader(body);
			reader.next();
			reader.enter();
			Map<String, @Nullable Object> map = new LinkedHashMap<>();
			while (reader.next()) {
				String key = reader.text();
				reader.next();
				map.put(key, values.apply(reader.value()));
			}
			return Collections.unmodifiableMap(map);
		};
	}

	private static void expect(TNetstring body, TNetstringType type) {
		if (body.type() != type) {
			throw new TNetstringConversionException("Expected " + type + " but this is " + body.type());
		}
	}

	/** Loaded only where the library is there. */
	private static final class WithJackson {

		static Bodies create() {
			return new JacksonBodies(TNetstringMapper::new);
		}

	}

}
