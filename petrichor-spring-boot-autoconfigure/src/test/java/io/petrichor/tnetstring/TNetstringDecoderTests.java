package io.petrichor.tnetstring;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.petrichor.tnetstring.TNetstringException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * The rules of the format, one by one, and the limits.
 */
class TNetstringDecoderTests {

	@ParameterizedTest
	@ValueSource(strings = { "0:~", "0:,", "5:hello,", "1:7#", "3:-42#", "2:+7#", "3:007#", "2:-0#", "3:1.5^", "2:1.^",
			"2:.5^", "2:12^", "4:1e10^", "5:1E+10^", "4:true!", "5:false!", "0:}", "0:]", "8:1:a,1:1#}", "4:1:1#]",
			"6:3:0:~]]", "003:abc,", "3:a:,,", "8:1:a,1:b,}" })
	void whenValidThenAccepted(String text) {
		assertThat(decode(text).toByteArray()).isEqualTo(bytes(text));
	}

	@ParameterizedTest
	@CsvSource(quoteCharacter = '\'',
			value = { "'a:,', 0", "':', 0", "'-1:a,', 0", "' 1:a,', 0", "'1 :a,', 1", "'1234567890:', 9", // S1
					"'4:3:ab]', 2", "'6:9:abc,]', 2", "'2:1:]', 2", "'1:1]', 3", // S2
					"'1:a?', 3", "'0:\u0000', 2", // S3
					"'0:#', 2", "'1:-#', 2", "'3:1 2#', 3", "'3:1.5#', 3", "'4:0x10#', 3", // S4
					"'0:^', 2", "'3:NaN^', 2", "'8:Infinity^', 2", "'4: 1.5^', 2", "'4:1.5f^', 5", "'5:0x1p3^', 3",
					"'2:1e^', 4", "'1:.^', 2", "'5:1e999^', 2", // S5
					"'4:True!', 2", "'0:!', 2", "'1:1!', 2", // S6
					"'1:x~', 2", // S7
					"'4:1:a,}', 2", "'8:1:1#1:a,}', 2", "'12:1:a,1:1#1:b,}', 11", "'16:1:a,1:1#1:a,1:2#}', 13" }) // S8
	void whenMalformedThenReasonAndByte(String text, int offset) {
		assertThatExceptionOfType(TNetstringException.class).as(text)
			.isThrownBy(() -> decode(text))
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.MALFORMED))
			.satisfies((ex) -> assertThat(ex.offset()).isEqualTo(offset))
			.satisfies((ex) -> assertThat(ex.getMessage()).endsWith(" at byte " + offset))
			.satisfies((ex) -> assertThat(ex.getStackTrace()).isEmpty());
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "1", "123456789", "5:", "5:hel", "5:hello", "4:1:a," })
	void whenMoreBytesCouldHelpThenIncomplete(String text) {
		assertThatExceptionOfType(TNetstringException.class).isThrownBy(() -> decode(text))
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.INCOMPLETE));
	}

	@Test
	void whenBytesFollowThenRefusedButTheFirstCanBeRead() {
		byte[] two = bytes("1:1#1:2#");
		TNetstringDecoder decoder = new TNetstringDecoder(TNetstringLimits.DEFAULTS);
		assertThatExceptionOfType(TNetstringException.class).isThrownBy(() -> decoder.decode(two, 0, two.length))
			.satisfies((ex) -> assertThat(ex.offset()).isEqualTo(4));
		TNetstring first = decoder.decodeFirst(two, 0, two.length);
		assertThat(first.asLong()).isEqualTo(1);
		assertThat(decoder.decodeFirst(two, first.size(), two.length - first.size()).asLong()).isEqualTo(2);
	}

	@Test
	void readsInPlaceAtAnOffset() {
		byte[] bytes = bytes("xxx16:1:a,1:1#1:b,1:2#}yyy");
		TNetstring value = new TNetstringDecoder(TNetstringLimits.DEFAULTS).decode(bytes, 3, bytes.length - 6);
		assertThat(value.asMap()).containsEntry("a", 1L).containsEntry("b", 2L);
		assertThat(value.size()).isEqualTo(bytes.length - 6);
		assertThatExceptionOfType(TNetstringException.class)
			.isThrownBy(() -> new TNetstringDecoder(TNetstringLimits.DEFAULTS).decode(bytes("xx4:tree!"), 2, 7))
			.satisfies((ex) -> assertThat(ex.offset()).isEqualTo(2));
	}

	@Test
	void sizeIsLimitedWhileItIsRead() {
		TNetstringLimits limits = TNetstringLimits.DEFAULTS.withMaxSize(100);
		tooBig("99999999", limits, 2);
		tooBig("98:", limits, 0);
		assertThat(TNetstring.parse(bytes("96:" + "a".repeat(96) + ","), limits).size()).isEqualTo(100);
		tooBig("97:" + "a".repeat(97) + ",", limits, 0);
	}

	@Test
	void depthIsLimited() {
		TNetstringLimits limits = TNetstringLimits.DEFAULTS.withMaxDepth(2);
		assertThat(TNetstring.parse(bytes("3:0:]]"), limits).size()).isEqualTo(6);
		tooBig("6:3:0:]]]", limits, 4);
		tooBig("0:]", limits.withMaxDepth(0), 0);
		assertThat(TNetstring.parse(bytes("1:a,"), limits.withMaxDepth(0)).asText()).isEqualTo("a");
	}

	@Test
	void elementsAreLimitedKeysIncluded() {
		TNetstringLimits limits = TNetstringLimits.DEFAULTS.withMaxElements(4);
		assertThat(TNetstring.parse(bytes("12:0:~0:~0:~0:~]"), limits).asList()).hasSize(4);
		tooBig("15:0:~0:~0:~0:~0:~]", limits, 15);
		assertThat(TNetstring.parse(bytes("16:1:a,1:1#1:b,1:2#}"), limits).asMap()).hasSize(2);
		tooBig("18:1:a,1:1#1:b,3:0:~]}", limits, 17);
	}

	@Test
	void elementsOfAMessageShareABudget() {
		TNetstringDecoder decoder = new TNetstringDecoder(TNetstringLimits.DEFAULTS.withMaxElements(4));
		byte[] two = bytes("6:0:~0:~]");
		decoder.decode(two, 0, two.length);
		decoder.decode(two, 0, two.length);
		assertThatExceptionOfType(TNetstringException.class).isThrownBy(() -> decoder.decode(two, 0, two.length))
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.TOO_BIG));
		decoder.reset();
		assertThat(decoder.decode(two, 0, two.length).asList()).hasSize(2);
	}

	@Test
	void limitsCanBeSwapped() {
		TNetstringDecoder decoder = new TNetstringDecoder(TNetstringLimits.DEFAULTS.withMaxDepth(0));
		byte[] list = bytes("0:]");
		assertThatExceptionOfType(TNetstringException.class).isThrownBy(() -> decoder.decode(list, 0, list.length));
		decoder.limits(TNetstringLimits.DEFAULTS);
		assertThat(decoder.decode(list, 0, list.length)).isEqualTo(TNetstring.EMPTY_LIST);
	}

	@Test
	void digitsAndKeysAreLimited() {
		TNetstringLimits limits = TNetstringLimits.DEFAULTS.withMaxDigits(5).withMaxKeyLength(3);
		assertThat(TNetstring.parse(bytes("6:-12345#"), limits).asLong()).isEqualTo(-12345);
		tooBig("6:123456#", limits, 2);
		tooBig("6:1.2345^", limits, 2);
		assertThat(TNetstring.parse(bytes("9:3:abc,0:~}"), limits).asMap()).containsKey("abc");
		tooBig("10:4:abcd,0:~}", limits, 3);
	}

	@Test
	void keyTwiceIsFoundAmongManyToo() {
		for (int count : List.of(2, 12, 13, 14, 1000)) {
			StringBuilder entries = new StringBuilder();
			for (int i = 0; i < count; i++) {
				String key = "key" + i;
				entries.append(key.length()).append(':').append(key).append(",0:~");
			}
			String unique = entries.length() + ":" + entries + "}";
			assertThat(decode(unique).asMap()).hasSize(count);
			int last = entries.length();
			entries.append("4:key0,0:~");
			String twice = entries.length() + ":" + entries + "}";
			assertThatExceptionOfType(TNetstringException.class).isThrownBy(() -> decode(twice))
				.satisfies((ex) -> assertThat(ex.getMessage()).startsWith("A key twice"))
				.satisfies((ex) -> assertThat(ex.offset()).isEqualTo(twice.indexOf(':') + 1 + last + 2));
		}
	}

	@Test
	void sameKeyInDictionariesSideBySideOrNestedIsFine() {
		assertThat(decode("22:8:1:a,1:1#}8:1:a,1:2#}]").asList()).hasSize(2);
		assertThat(decode("23:1:a,15:1:a,8:1:a,1:2#}}}").asMap()).containsOnlyKeys("a");
	}

	@Test
	void afterAnErrorTheDecoderWorksOn() {
		TNetstringDecoder decoder = new TNetstringDecoder(TNetstringLimits.DEFAULTS);
		byte[] bad = bytes("17:1:a,8:1:b,1:1x}1:c,]");
		assertThatExceptionOfType(TNetstringException.class).isThrownBy(() -> decoder.decode(bad, 0, bad.length));
		byte[] good = bytes("8:1:a,1:1#}");
		assertThat(decoder.decode(good, 0, good.length).asMap()).containsEntry("a", 1L);
	}

	@Test
	void whenLimitsMakeNoSenseThenRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> TNetstringLimits.DEFAULTS.withMaxSize(2))
			.withMessageContaining("maxSize");
		assertThatIllegalArgumentException().isThrownBy(() -> TNetstringLimits.DEFAULTS.withMaxDepth(-1));
		assertThatIllegalArgumentException().isThrownBy(() -> TNetstringLimits.DEFAULTS.withMaxDigits(0));
	}

	private static void tooBig(String text, TNetstringLimits limits, int offset) {
		assertThatExceptionOfType(TNetstringException.class).isThrownBy(() -> TNetstring.parse(bytes(text), limits))
			.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(Kind.TOO_BIG))
			.satisfies((ex) -> assertThat(ex.offset()).isEqualTo(offset));
	}

	private static TNetstring decode(String text) {
		byte[] bytes = bytes(text);
		return new TNetstringDecoder(TNetstringLimits.WIDEST).decode(bytes, 0, bytes.length);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

}
