package io.petrichor.tnetstring.jackson;

import io.petrichor.tnetstring.TNetstring;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.ValueInstantiator;
import tools.jackson.databind.deser.ValueInstantiators;
import tools.jackson.databind.deser.jdk.StringDeserializer;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * What this format binds in its own way.
 */
final class TNetstringModule extends SimpleModule {

	TNetstringModule() {
		super("tnetstring", TNetstringFactory.VERSION);
		addDeserializer(String.class, new StrictStringDeserializer());
		addDeserializer(TNetstring.class, new EncodedDeserializer());
		addSerializer(TNetstring.class, new EncodedSerializer());
	}

	@Override
	public void setupModule(SetupContext context) {
		super.setupModule(context);
		context.addValueInstantiators(new Constructors());
	}

	private static final class Constructors extends ValueInstantiators.Base {

		@Override
		public ValueInstantiator modifyValueInstantiator(DeserializationConfig config, BeanDescription.Supplier type,
				ValueInstantiator original) {
			return ConstructorInstantiator.of(original);
		}

	}

	/** Bytes that are not UTF-8 are no text, not even as Base64. */
	private static final class StrictStringDeserializer extends StringDeserializer {

		@Override
		public String deserialize(JsonParser parser, DeserializationContext context) {
			if (parser.hasToken(JsonToken.VALUE_EMBEDDED_OBJECT)) {
				return context.reportInputMismatch(this, "A string that is not UTF-8");
			}
			return super.deserialize(parser, context);
		}

	}

	private static final class EncodedDeserializer extends StdDeserializer<TNetstring> {

		EncodedDeserializer() {
			super(TNetstring.class);
		}

		@Override
		public TNetstring deserialize(JsonParser parser, DeserializationContext context) {
			if (parser instanceof TNetstringParser encoded) {
				return encoded.encoded();
			}
			return TNetstring.of(parser.readValueAs(Object.class));
		}

		@Override
		public TNetstring getNullValue(DeserializationContext context) {
			return TNetstring.NULL;
		}

	}

	private static final class EncodedSerializer extends StdSerializer<TNetstring> {

		EncodedSerializer() {
			super(TNetstring.class);
		}

		@Override
		public void serialize(TNetstring value, JsonGenerator generator, SerializationContext context) {
			if (generator instanceof TNetstringGenerator encoded) {
				encoded.writeEncoded(value);
			}
			else {
				generator.writePOJO(value.value());
			}
		}

	}

}
