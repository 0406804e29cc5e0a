package io.petrichor.tnetstring.jackson;

import java.util.function.Function;

import io.netty.buffer.ByteBuf;
import io.petrichor.tnetstring.TNetstring;
import io.petrichor.tnetstring.TNetstringWriter;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.Version;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.cfg.MapperBuilder;
import tools.jackson.databind.cfg.MapperBuilderState;
import tools.jackson.databind.ser.SerializationContextExt;
import tools.jackson.databind.deser.DeserializationContextExt;

/**
 * Binds TNetstrings to records, POJOs and trees, as {@code JsonMapper} does JSON. Strings
 * of bytes are {@code byte[]} as they are, never Base64; a {@code String} is strict
 * UTF-8; a {@link TNetstring} is whatever value stands there, as it came. No default
 * typing: no class is ever named by a peer.
 * <p>
 * Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public class TNetstringMapper extends ObjectMapper {

	/**
	 * A mapper with defaults.
	 */
	public TNetstringMapper() {
		this(builder());
	}

	/**
	 * A mapper as built.
	 * @param builder the builder
	 */
	protected TNetstringMapper(Builder builder) {
		super(builder);
	}

	/**
	 * Begin a mapper with the default limits.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder(new TNetstringFactory());
	}

	/**
	 * Begin a mapper.
	 * @param factory makes its parsers and generators, with its limits
	 * @return a builder
	 */
	public static Builder builder(TNetstringFactory factory) {
		return new Builder(factory);
	}

	@Override
	@SuppressWarnings("unchecked")
	public Builder rebuild() {
		return new Builder((Builder.State) _savedBuilderState);
	}

	@Override
	public TNetstringFactory tokenStreamFactory() {
		return (TNetstringFactory) _streamFactory;
	}

	@Override
	public Version version() {
		return TNetstringFactory.VERSION;
	}

	/**
	 * A parser of a value that is checked already. Nothing is copied.
	 * @param value the value
	 * @return a parser
	 */
	public JsonParser createParser(TNetstring value) {
		return tokenStreamFactory().createParser(_deserializationContext(), value);
	}

	/**
	 * Bind a value that is checked already. Nothing is copied.
	 * @param <T> the type
	 * @param value the value
	 * @param type the type
	 * @return the object
	 * @throws tools.jackson.core.JacksonException if it does not fit
	 */
	@SuppressWarnings("unchecked")
	public <T> @Nullable T readValue(TNetstring value, JavaType type) {
		DeserializationContextExt context = _deserializationContext();
		return (T) _readMapAndClose(context, tokenStreamFactory().createParser(context, value), type);
	}

	/**
	 * Bind a value that is checked already. Nothing is copied.
	 * @param <T> the type
	 * @param value the value
	 * @param type the type
	 * @return the object
	 * @throws tools.jackson.core.JacksonException if it does not fit
	 */
	public <T> @Nullable T readValue(TNetstring value, Class<T> type) {
		return readValue(value, constructType(type));
	}

	/**
	 * Bind a value that is checked already. Nothing is copied.
	 * @param <T> the type
	 * @param value the value
	 * @param type the type
	 * @return the object
	 * @throws tools.jackson.core.JacksonException if it does not fit
	 */
	public <T> @Nullable T readValue(TNetstring value, TypeReference<T> type) {
		return readValue(value, constructType(type));
	}

	@Override
	public byte[] writeValueAsBytes(@Nullable Object value) {
		return write(value, null, TNetstringWriter::toByteArray);
	}

	/**
	 * Write an object.
	 * @param value the object
	 * @return the encoded value
	 * @throws tools.jackson.core.JacksonException if it cannot be encoded
	 */
	public TNetstring writeValueAsTNetstring(@Nullable Object value) {
		return write(value, null, TNetstringWriter::toTNetstring);
	}

	/**
	 * Write an object as a type.
	 * @param value the object
	 * @param type its declared type, generic or one above its own class
	 * @return the encoded value
	 * @throws tools.jackson.core.JacksonException if it cannot be encoded
	 */
	public TNetstring writeValueAsTNetstring(@Nullable Object value, JavaType type) {
		return write(value, type, TNetstringWriter::toTNetstring);
	}

	/**
	 * Write an object to a buffer, whole or not at all.
	 * @param out written at its writer index
	 * @param value the object
	 * @throws tools.jackson.core.JacksonException if it cannot be encoded
	 */
	public void writeValue(ByteBuf out, @Nullable Object value) {
		write(value, null, (writer) -> {
			writer.writeTo(out);
			return out;
		});
	}

	private <R> R write(@Nullable Object value, @Nullable JavaType type, Function<TNetstringWriter, R> result) {
		SerializationContextExt context = _serializationContext();
		TNetstringFactory factory = tokenStreamFactory();
		try (TNetstringWriter writer = new TNetstringWriter(factory.limits())) {
			TNetstringGenerator generator = factory.createGenerator(context, writer);
			if (type != null) {
				context.serializeValue(generator, value, type);
				generator.close();
			}
			else {
				_configAndWriteValue(context, generator, value);
			}
			generator.verifyWhole();
			return result.apply(writer);
		}
	}

	/**
	 * Builds a mapper.
	 */
	public static class Builder extends MapperBuilder<TNetstringMapper, Builder> {

		/**
		 * A builder with a factory.
		 * @param factory makes parsers and generators
		 */
		@SuppressWarnings("this-escape") // Java 21 and later: adding a module is what a
											// base builder is for
		public Builder(TNetstringFactory factory) {
			super(factory);
			addModule(new TNetstringModule());
			// The format tells integers from floats, so nothing need be cut off.
			disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);
		}

		private Builder(State state) {
			super(state);
		}

		@Override
		public TNetstringMapper build() {
			return new TNetstringMapper(this);
		}

		@Override
		protected MapperBuilderState _saveState() {
			return new State(this);
		}

		private static final class State extends MapperBuilderState {

			State(Builder builder) {
				super(builder);
			}

			@Override
			protected Object readResolve() {
				return new Builder(this).build();
			}

		}

	}

}
