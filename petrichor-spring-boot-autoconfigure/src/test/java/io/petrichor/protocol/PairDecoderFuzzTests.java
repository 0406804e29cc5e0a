package io.petrichor.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.petrichor.tnetstring.TNetstringLimits;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * However the bytes of a connection are cut into pieces, the pairs and the error are the
 * same.
 */
class PairDecoderFuzzTests {

	private static final PairLimits LIMITS = new PairLimits(64, 128,
			TNetstringLimits.DEFAULTS.withMaxDepth(4).withMaxElements(16));

	@FuzzTest(maxDuration = "1h", maxExecutions = 1_000_000)
	void everyChunking(byte[] bytes) {
		List<String> whole = decode(bytes, (at) -> bytes.length);
		for (int size = 1; size <= 7; size++) {
			int chunk = size;
			assertThat(decode(bytes, (at) -> chunk)).isEqualTo(whole);
		}
		for (int cut = 1; cut < Math.min(bytes.length, 64); cut++) {
			int first = cut;
			assertThat(decode(bytes, (at) -> (at == 0) ? first : bytes.length)).isEqualTo(whole);
		}
	}

	/** The pairs, the error, and what state is left, as text. */
	private static List<String> decode(byte[] bytes, IntUnaryOperator chunks) {
		PairDecoder decoder = new PairDecoder(LIMITS);
		List<String> seen = new ArrayList<>();
		for (int at = 0; at < bytes.length;) {
			int end = Math.min(bytes.length, at + chunks.applyAsInt(at));
			ByteBuf in = Unpooled.wrappedBuffer(bytes, at, end - at);
			at = end;
			while (in.isReadable()) {
				boolean dead = decoder.isDead();
				try {
					Message message = decoder.decode(in);
					if (message != null) {
						seen.add(Arrays.toString(message.header().encoded().toByteArray())
								+ Arrays.toString(message.body().toByteArray()));
						continue;
					}
				}
				catch (ProtocolException ex) {
					assertThat(dead).isFalse();
					assertThat(decoder.isDead()).isTrue();
					seen.add(ex.getMessage());
					continue;
				}
				assertThat(in.isReadable()).isFalse();
			}
			assertThat(decoder.buffered()).isLessThanOrEqualTo(256);
		}
		seen.add("partial: " + decoder.isPartial() + " dead: " + decoder.isDead());
		return seen;
	}

}
