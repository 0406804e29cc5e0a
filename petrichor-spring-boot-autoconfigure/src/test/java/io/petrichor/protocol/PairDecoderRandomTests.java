package io.petrichor.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.petrichor.testing.RandomInput;
import io.petrichor.tnetstring.TNetstringLimits;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Many random sequences of pairs: cut in any way, they are the same.
 */
@Tag("reliability")
class PairDecoderRandomTests {

	private static final long INPUTS = Long.getLong("reliability.pairs", 10_000_000);

	private static final PairLimits LIMITS = new PairLimits(64, 128,
			TNetstringLimits.DEFAULTS.withMaxDepth(4).withMaxElements(16));

	private static final long SEED = Long.getLong("reliability.seed", System.nanoTime());

	@Test
	void whenPairsAreRandomThenChunksMakeNoDifference() {
		RandomInput random = new RandomInput(SEED);
		long errors = 0;
		for (long i = 0; i < INPUTS; i++) {
			byte[] bytes = random.pairs();
			int most = 1 + random.below(Math.max(1, bytes.length));
			List<Object> whole = decode(bytes, (at) -> bytes.length);
			List<Object> cut = decode(bytes, (at) -> 1 + random.below(most));
			if (!whole.equals(cut)) {
				assertThat(cut).as("%s of seed %d", Arrays.toString(bytes), SEED).isEqualTo(whole);
			}
			if (Boolean.TRUE.equals(whole.get(whole.size() - 1))) {
				errors++;
			}
		}
		assertThat(errors).isBetween(INPUTS / 10, INPUTS / 10 * 9);
		System.out.printf("measured: random pairs: %d inputs, %d of them with an error, seed %d, 0 findings%n", INPUTS,
				errors, SEED);
	}

	/** The pairs, the error, whether there is more to come, whether it is dead. */
	private static List<Object> decode(byte[] bytes, IntUnaryOperator chunks) {
		PairDecoder decoder = new PairDecoder(LIMITS);
		List<Object> seen = new ArrayList<>();
		ByteBuf in = Unpooled.wrappedBuffer(bytes);
		for (int at = 0; at < bytes.length;) {
			int end = Math.min(bytes.length, at + chunks.applyAsInt(at));
			in.writerIndex(end);
			at = end;
			while (in.isReadable()) {
				try {
					Message message = decoder.decode(in);
					if (message != null) {
						seen.add(message.header().encoded());
						seen.add(message.body());
					}
				}
				catch (ProtocolException ex) {
					seen.add(ex.getMessage());
				}
			}
			if (decoder.buffered() > 256) {
				throw new AssertionError("holds " + decoder.buffered() + " bytes");
			}
		}
		seen.add(decoder.isPartial());
		seen.add(decoder.isDead());
		return seen;
	}

}
