package io.petrichor.tnetstring;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * The Java types a {@link TNetstring} can be asked for.
 */
final class Conversions {

	private static final Map<Class<?>, Function<TNetstring, @Nullable Object>> BY_TYPE = Map.ofEntries(
			Map.entry(byte[].class, TNetstring::asBytes),
			Map.entry(ByteBuffer.class, (value) -> ByteBuffer.wrap(value.asBytes()).asReadOnlyBuffer()),
			Map.entry(InputStream.class, (value) -> new ByteArrayInputStream(value.asBytes())),
			Map.entry(String.class, TNetstring::asText), Map.entry(CharSequence.class, TNetstring::asText),
			Map.entry(long.class, TNetstring::asLong), Map.entry(Long.class, TNetstring::asLong),
			Map.entry(int.class, Conversions::asInt), Map.entry(Integer.class, Conversions::asInt),
			Map.entry(short.class, Conversions::asShort), Map.entry(Short.class, Conversions::asShort),
			Map.entry(byte.class, Conversions::asByte), Map.entry(Byte.class, Conversions::asByte),
			Map.entry(BigInteger.class, TNetstring::asBigInteger), Map.entry(double.class, TNetstring::asDouble),
			Map.entry(Double.class, TNetstring::asDouble), Map.entry(float.class, Conversions::asFloat),
			Map.entry(Float.class, Conversions::asFloat), Map.entry(BigDecimal.class, TNetstring::asBigDecimal),
			Map.entry(Number.class, Conversions::asNumber), Map.entry(boolean.class, TNetstring::asBoolean),
			Map.entry(Boolean.class, TNetstring::asBoolean), Map.entry(Map.class, TNetstring::asMap),
			Map.entry(List.class, TNetstring::asList), Map.entry(Collection.class, TNetstring::asList),
			Map.entry(Object.class, TNetstring::value));

	private Conversions() {
	}

	@SuppressWarnings("unchecked")
	static <T> @Nullable T convert(TNetstring value, Class<T> type) {
		if (type == TNetstring.class) {
			return (T) value;
		}
		Function<TNetstring, @Nullable Object> conversion = BY_TYPE.get(type);
		if (conversion == null) {
			throw new TNetstringConversionException("A TNetstring cannot be given as " + type.getName());
		}
		if (value.isNull()) {
			if (type.isPrimitive()) {
				throw new TNetstringConversionException("Null cannot be given as " + type.getName());
			}
			return null;
		}
		return (T) conversion.apply(value);
	}

	private static int asInt(TNetstring value) {
		return (int) inRange(value, Integer.MIN_VALUE, Integer.MAX_VALUE, "int");
	}

	private static short asShort(TNetstring value) {
		return (short) inRange(value, Short.MIN_VALUE, Short.MAX_VALUE, "short");
	}

	private static byte asByte(TNetstring value) {
		return (byte) inRange(value, Byte.MIN_VALUE, Byte.MAX_VALUE, "byte");
	}

	private static long inRange(TNetstring value, long min, long max, String type) {
		long number = value.asLong();
		if (number < min || number > max) {
			throw new TNetstringConversionException("The number is out of the range of " + type);
		}
		return number;
	}

	private static float asFloat(TNetstring value) {
		float number = (float) value.asDouble();
		if (Float.isInfinite(number)) {
			throw new TNetstringConversionException("The number is out of the range of float");
		}
		return number;
	}

	private static @Nullable Object asNumber(TNetstring value) {
		if (value.type() == TNetstringType.INTEGER) {
			return value.value();
		}
		return value.asDouble();
	}

}
