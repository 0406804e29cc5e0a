package io.petrichor.tnetstring;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DigitsTests {

	@Test
	void whenNumberIsWrittenThenItsDigitsAreThoseOfJava() {
		byte[] target = new byte[24];
		numbers().forEach((number) -> {
			String expected = Long.toString(number);
			assertThat(Digits.count(number)).as(expected).isEqualTo(expected.length());
			int begin = Digits.put(target, target.length, number);
			assertThat(new String(target, begin, target.length - begin, StandardCharsets.US_ASCII)).isEqualTo(expected);
		});
	}

	@Test
	void whenSizeIsWrittenThenColonFollowsAndNothingElseIsTouched() {
		numbers().filter((number) -> number <= Integer.MAX_VALUE).forEach((size) -> {
			byte[] target = new byte[16];
			int begin = Digits.putSize(target, 2, (int) size);
			assertThat(new String(target, StandardCharsets.US_ASCII)).startsWith("\0\0" + size + ":\0");
			assertThat(begin).isEqualTo(3 + Digits.count(size));
		});
	}

	private static LongStream numbers() {
		LongStream powers = LongStream.iterate(1, (power) -> power > 0 && power <= 1_000_000_000_000_000_000L,
				(power) -> power * 10);
		return LongStream.concat(LongStream.rangeClosed(0, 1000),
				LongStream.concat(
						powers.flatMap((power) -> LongStream.of(power - 1, power, power + 1, 7 * (power / 10))),
						LongStream.concat(LongStream.of(Long.MAX_VALUE, Long.MAX_VALUE - 1),
								new Random(1).longs(10_000).map((number) -> number & Long.MAX_VALUE))));
	}

}
