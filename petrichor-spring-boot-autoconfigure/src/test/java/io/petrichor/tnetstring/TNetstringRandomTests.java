package io.petrichor.tnetstring;

import java.util.Arrays;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.petrichor.testing.RandomInput;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many random values: the decoder and an oracle of sixty lines say the same of each.
 */
@Tag("reliability")
class TNetstringRandomTests {

	private static final long INPUTS = Long.getLong("reliability.values", 40_000_000);

	private static final long SEED = Long.getLong("reliability.seed", System.nanoTime());

	@Test
	void whenValueIsRandomThenDecoderAgreesWithTheOracle() {
		RandomInput random = new RandomInput(SEED);
		TNetstringDecoder decoder = new TNetstringDecoder(TNetstringFuzzTests.WIDE);
		long valid = 0;
		for (long i = 0; i < INPUTS; i++) {
			byte[] bytes = random.value();
			TNetstringException.Kind expected = TNetstringOracle.verdict(bytes);
			TNetstringException.Kind actual = null;
			try {
				decoder.reset();
				TNetstring value = decoder.decode(bytes, 0, bytes.length);
				valid++;
				if (!Arrays.equals(value.toByteArray(), bytes)) {
					throw new AssertionError(Arrays.toString(bytes));
				}
			}
			catch (TNetstringException ex) {
				actual = ex.kind();
			}
			if (actual != expected) {
				assertThat(actual).as("%s of seed %d", Arrays.toString(bytes), SEED).isEqualTo(expected);
			}
			if (i % 4096 == 0) {
				TNetstringFuzzTests.verify(bytes);
			}
		}
		assertThat(valid).isBetween(INPUTS / 10, INPUTS / 10 * 9);
		System.out.printf("measured: random values: %d inputs, %d of them valid, seed %d, 0 findings%n", INPUTS, valid,
				SEED);
	}

}
