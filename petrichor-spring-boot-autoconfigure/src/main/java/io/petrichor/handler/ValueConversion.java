package io.petrichor.handler;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.convert.TypeDescriptor;
import org.springframework.util.ClassUtils;

import io.petrichor.protocol.ErrorCode;

/**
 * Turns the value of a header key or route variable into the type of a parameter.
 */
final class ValueConversion {

	private static final Class<?>[] SOURCES = { String.class, Long.class, Boolean.class };

	private final ConversionService conversions;

	private final Class<?> type;

	/** Whether an instance of the type is what the parameter wants, as it is. */
	private final boolean plain;

	private final TypeDescriptor target;

	private final String what;

	/**
	 * A conversion for a parameter.
	 * @param conversions Spring's conversions
	 * @param parameter the parameter
	 * @param what what is converted, in words that the peer may see
	 */
	ValueConversion(ConversionService conversions, MethodParameter parameter, String what) {
		this.conversions = conversions;
		this.type = ClassUtils.resolvePrimitiveIfNecessary(parameter.getNestedParameterType());
		this.plain = this.type.getTypeParameters().length == 0;
		this.target = new TypeDescriptor(parameter);
		this.what = what;
	}

	/** Whether there is any value that could be converted. */
	boolean isPossible() {
		if (this.type == Object.class || this.target.isArray() || this.target.isCollection() || this.target.isMap()) {
			return true;
		}
		for (Class<?> source : SOURCES) {
			if (this.conversions.canConvert(TypeDescriptor.valueOf(source), this.target)) {
				return true;
			}
		}
		return false;
	}

	@Nullable Object convert(Object value) {
		if (this.plain && this.type.isInstance(value)) {
			return value;
		}
		if (this.type == byte[].class && value instanceof String text) {
			return text.getBytes(StandardCharsets.UTF_8);
		}
		if (value instanceof byte[]) {
			throw unreadable(null);
		}
		try {
			return this.conversions.convert(value, TypeDescriptor.forObject(value), this.target);
		}
		catch (ConversionException ex) {
			throw unreadable(ex);
		}
	}

	PetrichorException missing() {
		return PetrichorException.refusal(ErrorCode.BAD_REQUEST, this.what + " is missing");
	}

	private PetrichorException unreadable(@Nullable Exception cause) {
		return new PetrichorException(ErrorCode.BAD_REQUEST.wireName(),
				this.what + " cannot be read as " + this.type.getSimpleName(), cause);
	}

}
