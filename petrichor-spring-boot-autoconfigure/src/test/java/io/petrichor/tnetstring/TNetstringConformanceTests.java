package io.petrichor.tnetstring;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

import io.petrichor.tnetstring.TNetstringException.Kind;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

/**
 * The conformance data against the decoder and the encoder.
 */
class TNetstringConformanceTests {

	private static final TNetstringLimits LIMITS = new TNetstringLimits(Integer.MAX_VALUE, 6_000, 1_000_000, 1_000_000,
			1_000_000);

	/**
	 * What these say is what another program writes, not what the rules say: floats at
	 * six decimals, or with a digit more than needed; or not at all.
	 */
	private static final Set<String> WRITTEN_OTHERWISE = Set.of("enc-035", "enc-043", "enc-075", "enc-076", "enc-077",
			"enc-078", "enc-079", "enc-080", "enc-081", "enc-082", "enc-083", "enc-084");

	private static final Set<String> REFUSED = Set.of("enc-085", "enc-086", "enc-087");

	@Test
	void everyDecodeCase() throws Exception {
		List<JsonNode> cases = ConformanceData.decodeCases();
		List<String> failures = new ArrayList<>();
		int accepted = 0;
		int canonical = 0;
		for (JsonNode vector : cases) {
			boolean valid = vector.get("valid").booleanValue();
			try {
				if (valid) {
					canonical += (inDeepStack(() -> accepts(vector))) ? 1 : 0;
					accepted++;
				}
				else {
					rejects(vector);
				}
			}
			catch (Throwable ex) {
				failures.add(vector.get("id").asString() + ": " + ex);
			}
		}
		System.out.printf(
				"TNetstring conformance: %d decode cases run, %d accepted (%d re-encoded to the same bytes), "
						+ "%d rejected%n",
				cases.size(), accepted, canonical, cases.size() - accepted - failures.size());
		assertThat(failures).isEmpty();
		assertThat(cases).hasSizeGreaterThanOrEqualTo(203);
	}

	/** Returns whether the case is in the form that we write. */
	private boolean accepts(JsonNode vector) {
		byte[] bytes = ConformanceData.hex(vector.get("hex"));
		byte[] remain = ConformanceData.hex(vector.get("remain_hex"));
		TNetstringDecoder decoder = new TNetstringDecoder(LIMITS);
		TNetstring value = decoder.decodeFirst(bytes, 0, bytes.length);
		assertThat(value.size()).isEqualTo(bytes.length - remain.length);
		assertThat(ConformanceData.actual(value)).isEqualTo(ConformanceData.expected(vector.get("value")));
		decoder.reset();
		if (remain.length > 0) {
			assertThatExceptionOfType(TNetstringException.class)
				.isThrownBy(() -> decoder.decode(bytes, 0, bytes.length))
				.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.MALFORMED))
				.satisfies((ex) -> assertThat(ex.offset()).isEqualTo(value.size()));
		}
		else {
			assertThat(decoder.decode(bytes, 0, bytes.length)).isEqualTo(value);
		}
		if (vector.get("id").asString().equals("d-dict-005")) {
			// A key of bytes that are no text: read and passed through, but no map's key.
			assertThatExceptionOfType(TNetstringConversionException.class).isThrownBy(value::value);
			return false;
		}
		byte[] encoded = TNetstringEncoder.encode(value.value(), LIMITS);
		assertThat(ConformanceData.actual(TNetstring.parse(encoded, LIMITS))).isEqualTo(ConformanceData.actual(value));
		boolean same = Arrays.equals(encoded, value.toByteArray());
		assertThat(same).isEqualTo(isCanonical(new String(value.toByteArray(), StandardCharsets.ISO_8859_1)));
		return same;
	}

	/** Whether all sizes and numbers in here are in the form that we write. */
	private static boolean isCanonical(String text) {
		int colon = text.indexOf(':');
		String size = text.substring(0, colon);
		String data = text.substring(colon + 1, text.length() - 1);
		if (!size.equals(Integer.toString(data.length()))) {
			return false;
		}
		return switch (text.charAt(text.length() - 1)) {
			case '#' -> data.matches("0|-?[1-9][0-9]*");
			case '^' -> data.equals(ShortestDecimal.of(Double.parseDouble(data)));
			case '}', ']' -> {
				for (int i = 0; i < data.length();) {
					int itemColon = data.indexOf(':', i);
					int end = itemColon + 2 + Integer.parseInt(data.substring(i, itemColon));
					if (!isCanonical(data.substring(i, end))) {
						yield false;
					}
					i = end;
				}
				yield true;
			}
			default -> true;
		};
	}

	private void rejects(JsonNode vector) {
		byte[] bytes = ConformanceData.hex(vector.get("hex"));
		Kind kind = (vector.get("incomplete").booleanValue()) ? Kind.INCOMPLETE : Kind.MALFORMED;
		assertThatExceptionOfType(TNetstringException.class)
			.isThrownBy(() -> new TNetstringDecoder(LIMITS).decodeFirst(bytes, 0, bytes.length))
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(kind))
			.satisfies((ex) -> assertThat(ex.offset()).isBetween(0L, (long) bytes.length));
	}

	@Test
	void everyEncodeCase() {
		Path folder = ConformanceData.folder();
		Assumptions.assumeTrue(folder != null, "the conformance data is not beside the repository");
		List<JsonNode> cases = ConformanceData.list(ConformanceData.read(folder.resolve("encode-vectors.json")));
		int same = 0;
		int otherwise = 0;
		int refused = 0;
		for (JsonNode vector : cases) {
			String id = vector.get("id").asString();
			Object value = ConformanceData.toEncode(vector.get("value"));
			byte[] theirs = ConformanceData.hex(vector.get("hex"));
			if (REFUSED.contains(id)) {
				assertThatIllegalArgumentException().as(id).isThrownBy(() -> TNetstringEncoder.encode(value));
				assertThatExceptionOfType(TNetstringException.class).as(id).isThrownBy(() -> TNetstring.parse(theirs));
				refused++;
			}
			else if (WRITTEN_OTHERWISE.contains(id)) {
				byte[] ours = TNetstringEncoder.encode(value);
				assertThat(isCanonical(new String(ours, StandardCharsets.ISO_8859_1))).as(id).isTrue();
				assertThat(TNetstring.parse(ours).asDouble()).as(id).isEqualTo((double) value);
				assertThat(TNetstring.parse(theirs).asDouble()).as(id).isCloseTo((double) value, within(1e-6));
				otherwise++;
			}
			else {
				assertThat(HexFormat.of().formatHex(TNetstringEncoder.encode(value, LIMITS))).as(id)
					.isEqualTo(vector.get("hex").asString());
				same++;
			}
		}
		System.out
			.printf("TNetstring conformance: %d encode cases run, %d to the same bytes, %d in the shorter form of "
					+ "the rules, %d refused%n", cases.size(), same, otherwise, refused);
		assertThat(same + otherwise + refused).isEqualTo(96);
	}

	@Test
	void everyRealFile() throws IOException {
		Path folder = ConformanceData.folder();
		Assumptions.assumeTrue(folder != null, "the conformance data is not beside the repository");
		int count = 0;
		int values = 0;
		try (Stream<Path> files = Files.list(folder.resolve("real"))) {
			for (Path file : files.filter((path) -> path.toString().endsWith(".json")).sorted().toList()) {
				JsonNode description = ConformanceData.read(file);
				byte[] bytes = Files.readAllBytes(file.resolveSibling(description.get("file").asString()));
				int separator = description.get("separator").asString().length();
				TNetstringDecoder decoder = new TNetstringDecoder(TNetstringLimits.DEFAULTS);
				List<Object> decoded = new ArrayList<>();
				int position = 0;
				while (position < bytes.length) {
					decoder.reset();
					TNetstring value = decoder.decodeFirst(bytes, position, bytes.length - position);
					decoded.add(ConformanceData.actual(value));
					byte[] original = value.toByteArray();
					assertThat(HexFormat.of().formatHex(TNetstringEncoder.encode(value.value()))).as(file.toString())
						.isEqualTo(HexFormat.of().formatHex(original));
					position += value.size() + separator;
				}
				assertThat(decoded).as(file.toString()).isEqualTo(ConformanceData.expected(description.get("values")));
				count++;
				values += decoded.size();
			}
		}
		System.out.printf("TNetstring conformance: %d real files run, %d values%n", count, values);
		assertThat(count).isEqualTo(13);
	}

	/** Values nested thousands deep need more of the Java stack than a thread has. */
	private static boolean inDeepStack(Callable<Boolean> task) throws Exception {
		FutureTask<Boolean> future = new FutureTask<>(task);
		Thread thread = new Thread(null, future, "deep", 64 << 20);
		thread.start();
		return future.get();
	}

}
