package io.petrichor.tnetstring;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.petrichor.tnetstring.TNetstringException.Kind;
import io.petrichor.tnetstring.jackson.TNetstringMapper;
import tools.jackson.core.JacksonException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What must hold for any bytes and any objects. An ordinary build runs the inputs kept
 * beside this class; {@code JAZZER_FUZZ=1} and one method's name make new ones.
 */
class TNetstringFuzzTests {

	static final TNetstringLimits WIDE = TNetstringLimits.WIDEST.withMaxDepth(2_000);

	private static final TNetstringLimits NARROW = new TNetstringLimits(64, 3, 8, 6, 4);

	private static final TNetstringMapper MAPPER = new TNetstringMapper();

	@FuzzTest(maxDuration = "1h", maxExecutions = 4_000_000)
	void arbitraryBytes(byte[] bytes) {
		verify(bytes);
	}

	@FuzzTest(maxDuration = "1h", maxExecutions = 3_000_000)
	void mutatedValues(FuzzedDataProvider data) {
		byte[] bytes = TNetstringEncoder.encode(object(data, 5));
		for (int i = data.consumeInt(0, 4); i > 0; i--) {
			bytes = mutate(bytes, data);
		}
		verify(bytes);
	}

	@FuzzTest(maxDuration = "1h", maxExecutions = 2_000_000)
	void encodedObjects(FuzzedDataProvider data) {
		Object object = object(data, 6);
		byte[] encoded = TNetstringEncoder.encode(object);
		TNetstring value = TNetstring.parse(encoded);
		assertThat(comparable(value.value())).isEqualTo(comparable(object));
		assertThat(MAPPER.writeValueAsBytes(object)).isEqualTo(encoded);
		assertThat(comparable(MAPPER.readValue(encoded, Object.class))).isEqualTo(comparable(object));
	}

	@FuzzTest(maxDuration = "1h", maxExecutions = 1_000_000)
	void boundRecords(byte[] bytes) {
		try {
			Bound bound = MAPPER.readValue(bytes, Bound.class);
			if (bound != null) {
				byte[] written = MAPPER.writeValueAsBytes(bound);
				assertThat(MAPPER.writeValueAsBytes(MAPPER.readValue(written, Bound.class))).isEqualTo(written);
			}
		}
		catch (JacksonException ex) {
			// Refused.
		}
		if (bytes.length > 0 && TNetstringOracle.verdict(bytes) != null) {
			assertThat(refusedByJackson(bytes)).isTrue();
		}
	}

	static void verify(byte[] bytes) {
		byte[] copy = bytes.clone();
		Kind expected = TNetstringOracle.verdict(bytes);
		TNetstring value = null;
		Kind actual = null;
		try {
			value = new TNetstringDecoder(WIDE).decode(bytes, 0, bytes.length);
		}
		catch (TNetstringException ex) {
			actual = ex.kind();
			assertThat(ex.offset()).isBetween(0L, (long) bytes.length);
		}
		assertThat(actual).isEqualTo(expected);
		verifyLimits(bytes, value);
		if (value == null) {
			return;
		}
		assertThat(value.toByteArray()).isEqualTo(copy);
		assertThat(value.toString().length()).isLessThan(250);
		assertThat(describe(ConformanceData.actual(value))).isEqualTo(describe(TNetstringOracle.tree(bytes)));
		try {
			Object tree = value.value();
			TNetstring again = TNetstring.parse(TNetstringEncoder.encode(tree, WIDE), WIDE);
			assertThat(comparable(again.value())).isEqualTo(comparable(tree));
			assertThat(again.size()).isLessThanOrEqualTo(Math.max(value.size() * 400, 400));
		}
		catch (TNetstringConversionException ex) {
			// A key that is no text: passed through, but not a map's key.
		}
	}

	/** Narrow limits refuse more, and never find another fault in what they accept. */
	private static void verifyLimits(byte[] bytes, TNetstring value) {
		try {
			TNetstring narrow = new TNetstringDecoder(NARROW).decode(bytes, 0, bytes.length);
			assertThat(narrow).isEqualTo(value);
			assertThat(bytes.length).isLessThanOrEqualTo(64);
		}
		catch (TNetstringException ex) {
			if (value != null) {
				assertThat(ex.kind()).isEqualTo(Kind.TOO_BIG);
			}
		}
	}

	private static boolean refusedByJackson(byte[] bytes) {
		try {
			MAPPER.readTree(bytes);
			return false;
		}
		catch (JacksonException ex) {
			return true;
		}
	}

	private static byte[] mutate(byte[] bytes, FuzzedDataProvider data) {
		int at = data.consumeInt(0, bytes.length - 1);
		byte[] mutated = bytes.clone();
		switch (data.consumeInt(0, 5)) {
			case 0 -> mutated[at] ^= (byte) (1 << data.consumeInt(0, 7));
			case 1 -> mutated[at] = data.consumeByte();
			case 2 -> mutated = Arrays.copyOf(bytes, at + 1);
			case 3 -> {
				mutated = new byte[bytes.length + 1];
				System.arraycopy(bytes, 0, mutated, 0, at);
				mutated[at] = (byte) ",#^!~}]0123456789:-+.e".charAt(data.consumeInt(0, 21));
				System.arraycopy(bytes, at, mutated, at + 1, bytes.length - at);
			}
			case 4 -> {
				if (bytes.length > 1) {
					mutated = new byte[bytes.length - 1];
					System.arraycopy(bytes, 0, mutated, 0, at);
					System.arraycopy(bytes, at + 1, mutated, at, mutated.length - at);
				}
			}
			default -> mutated[at] = (byte) ",#^!~}]".charAt(data.consumeInt(0, 6));
		}
		return mutated;
	}

	private static Object object(FuzzedDataProvider data, int depth) {
		return switch (data.consumeInt(0, (depth > 0) ? 9 : 7)) {
			case 0 -> null;
			case 1 -> data.consumeBoolean();
			case 2 -> data.consumeLong();
			case 3 -> BigInteger.valueOf(data.consumeLong()).multiply(BigInteger.valueOf(data.consumeLong()));
			case 4 -> finite(data.consumeDouble());
			case 5 -> finite(data.consumeInt() / Math.pow(10, data.consumeInt(0, 20)));
			case 6 -> data.consumeAsciiString(20);
			case 7 -> data.consumeBytes(20);
			case 8 -> {
				List<Object> list = new ArrayList<>();
				for (int i = data.consumeInt(0, 5); i > 0; i--) {
					list.add(object(data, depth - 1));
				}
				yield list;
			}
			default -> {
				Map<String, Object> map = new LinkedHashMap<>();
				for (int i = data.consumeInt(0, 20); i > 0; i--) {
					map.put(data.consumeAsciiString(4), object(data, depth - 1));
				}
				yield map;
			}
		};
	}

	private static double finite(double value) {
		return (Double.isFinite(value)) ? value : 0;
	}

	/** Objects as what {@code equals} compares: bytes and texts alike, integers alike. */
	private static Object comparable(Object object) {
		if (object instanceof List<?> list) {
			List<Object> copy = new ArrayList<>();
			list.forEach((item) -> copy.add(comparable(item)));
			return copy;
		}
		if (object instanceof Map<?, ?> map) {
			Map<Object, Object> copy = new LinkedHashMap<>();
			map.forEach((key, item) -> copy.put(key, comparable(item)));
			return copy;
		}
		if (object instanceof byte[] bytes) {
			return ByteBuffer.wrap(bytes);
		}
		if (object instanceof String text) {
			return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
		}
		if (object instanceof Long || object instanceof Integer) {
			return BigInteger.valueOf(((Number) object).longValue());
		}
		return object;
	}

	/** A tree of the oracle's, or of the conformance data's form, as text. */
	private static String describe(Object tree) {
		if (tree instanceof ConformanceData.Dictionary dictionary) {
			StringBuilder text = new StringBuilder("{");
			dictionary.entries().forEach((entry) -> {
				ConformanceData.Entry item = (ConformanceData.Entry) entry;
				text.append(describe(item.key())).append('=').append(describe(item.value())).append(';');
			});
			return text.append('}').toString();
		}
		if (tree instanceof Map<?, ?> map) {
			StringBuilder text = new StringBuilder("{");
			map.forEach((key, value) -> text.append(describe(key)).append('=').append(describe(value)).append(';'));
			return text.append('}').toString();
		}
		if (tree instanceof List<?> list) {
			StringBuilder text = new StringBuilder("[");
			list.forEach((item) -> text.append(describe(item)).append(';'));
			return text.append(']').toString();
		}
		if (tree instanceof ByteBuffer buffer) {
			return Arrays.toString(buffer.array());
		}
		if (tree instanceof String digits && !digits.equals("null")) {
			return new BigInteger(digits).toString();
		}
		return String.valueOf(tree);
	}

	record Bound(String text, byte[] bytes, int number, Double ratio, BigInteger big, boolean flag, List<Bound> more,
			Map<String, TNetstring> any) {
	}

}
