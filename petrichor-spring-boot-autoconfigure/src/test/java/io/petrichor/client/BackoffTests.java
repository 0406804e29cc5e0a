package io.petrichor.client;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BackoffTests {

	private final Backoff backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));

	@Test
	void whenFailuresGoOnThenBoundDoublesUpToTheHighest() {
		assertThat(this.backoff.bound(0)).isEqualTo(Duration.ofMillis(500).toNanos());
		assertThat(this.backoff.bound(1)).isEqualTo(Duration.ofSeconds(1).toNanos());
		assertThat(this.backoff.bound(5)).isEqualTo(Duration.ofSeconds(16).toNanos());
		for (int failures = 6; failures < 200; failures++) {
			assertThat(this.backoff.bound(failures)).isEqualTo(Duration.ofSeconds(30).toNanos());
		}
		assertThat(this.backoff.bound(Integer.MAX_VALUE)).isEqualTo(Duration.ofSeconds(30).toNanos());
	}

	@Test
	void whenManyWaitThenTheyAreSpreadOverTheWholeTime() {
		long[] quarters = new long[4];
		long bound = this.backoff.bound(3);
		for (int i = 0; i < 10_000; i++) {
			long delay = this.backoff.delay(3);
			assertThat(delay).isBetween(0L, bound);
			quarters[(int) Math.min(3, 4 * delay / bound)]++;
		}
		for (long count : quarters) {
			assertThat(count).isBetween(2000L, 3000L);
		}
	}

}
