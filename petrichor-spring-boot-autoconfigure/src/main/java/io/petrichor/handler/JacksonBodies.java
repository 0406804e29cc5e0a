package io.petrichor.handler;

import java.lang.reflect.Type;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.exc.InvalidDefinitionException;

import org.springframework.util.function.SingletonSupplier;

import io.petrichor.protocol.ErrorCode;
import io.petrichor.tnetstring.TNetstring;
import io.petrichor.tnetstring.jackson.TNetstringMapper;

/**
 * Bodies as records, POJOs and trees, by Jackson.
 *
 * @since 0.1.0
 */
public final class JacksonBodies extends Bodies {

	private final SingletonSupplier<TNetstringMapper> mapper;

	/**
	 * Create it.
	 * @param mapper gives what reads and writes the objects, once the first type asks for
	 * it: Jackson takes longer to start than all the rest
	 */
	public JacksonBodies(Supplier<TNetstringMapper> mapper) {
		this.mapper = SingletonSupplier.of(mapper);
	}

	@Override
	Function<TNetstring, @Nullable Object> objectReader(Type type) {
		TNetstringMapper mapper = this.mapper.obtain();
		JavaType javaType = mapper.constructType(type);
		check(mapper, javaType);
		return (body) -> {
			try {
				return mapper.readValue(body, javaType);
			}
			catch (InvalidDefinitionException ex) {
				throw ex;
			}
			catch (JacksonException ex) {
				throw unreadable(ex);
			}
		};
	}

	/**
	 * A type that Jackson cannot make is found now, and not with the first request; so is
	 * one of the JDK's that it would take for a bean, such as a thread.
	 */
	private static void check(TNetstringMapper mapper, JavaType type) {
		Object made;
		try {
			made = mapper.readValue(TNetstring.EMPTY_DICTIONARY, type);
		}
		catch (InvalidDefinitionException ex) {
			throw new IllegalArgumentException("Jackson says: " + ex.getOriginalMessage(), ex);
		}
		catch (RuntimeException ex) {
			// It can be made, and not from nothing.
			return;
		}
		if (made != null && type.getRawClass().getName().startsWith("java.") && !type.isContainerType()) {
			throw new IllegalArgumentException("It is not a value");
		}
	}

	@Override
	boolean knowsObjects() {
		this.mapper.obtain();
		return true;
	}

	@Override
	TNetstring writeObject(Object value) {
		return this.mapper.obtain().writeValueAsTNetstring(value);
	}

	/** Says where, never what: Jackson's own words name classes and hold content. */
	private static PetrichorException unreadable(JacksonException ex) {
		StringBuilder field = new StringBuilder();
		for (JacksonException.Reference step : ex.getPath()) {
			if (step.getPropertyName() == null) {
				field.append('[').append(step.getIndex()).append(']');
			}
			else {
				field.append(field.isEmpty() ? "" : ".").append(step.getPropertyName());
			}
		}
		Object body = field.isEmpty() ? "body: it cannot be read" : BindingFailure.of("the body cannot be read",
				Map.of(field.toString(), "cannot be read as what is expected here"));
		return new PetrichorException(ErrorCode.BAD_REQUEST.wireName(), body, ex);
	}

}
