package io.petrichor.protocol;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.petrichor.tnetstring.TNetstringLimits;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * For how long a pair is taken to have been coming.
 */
class PairInputTests {

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private final PairInput in = new PairInput(new PairLimits(100, 100, TNetstringLimits.DEFAULTS),
			TrafficListener.NONE);

	@Test
	void whenPairIsHeldUpThenThatTimeIsNotThePeers() throws Exception {
		long begun = begin();
		this.in.heldUp(2 * SECOND, begun + 5 * SECOND);
		assertThat(this.in.pairAge(begun + 5 * SECOND)).isEqualTo(3 * SECOND);
	}

	@Test
	void whenServerWasHeldUpBeforeThePairBeganThenThePairGetsNoMoreTimeThanSince() throws Exception {
		long begun = begin();
		this.in.heldUp(60 * SECOND, begun + SECOND);
		assertThat(this.in.pairAge(begun + SECOND)).isZero();
		assertThat(this.in.pairAge(begun + 3 * SECOND)).isEqualTo(2 * SECOND);
	}

	private long begin() throws Exception {
		this.in.add(Unpooled.wrappedBuffer("0:}100:".getBytes(StandardCharsets.US_ASCII)),
				UnpooledByteBufAllocator.DEFAULT);
		assertThat(this.in.next()).isNull();
		this.in.taken();
		assertThat(this.in.isPartial()).isTrue();
		return this.in.lastRead();
	}

	@AfterEach
	void close() {
		this.in.close();
	}

}
