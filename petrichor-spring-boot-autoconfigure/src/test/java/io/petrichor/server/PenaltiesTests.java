package io.petrichor.server;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PenaltiesTests {

	private long now;

	private final Penalties penalties = new Penalties(new AdmissionLimits(10, 10, 10, 10, 1, Duration.ofMinutes(5)),
			() -> this.now);

	@Test
	void whenFailuresAreMoreThanAMinuteApartThenTheyDoNotAddUp() {
		this.penalties.failed("a");
		this.now += Duration.ofMinutes(1).toNanos();
		this.penalties.failed("a");
		assertThat(this.penalties.concern("a")).isFalse();
		this.now += Duration.ofSeconds(59).toNanos();
		this.penalties.failed("a");
		assertThat(this.penalties.concern("a")).isTrue();
		assertThat(this.penalties.concern("b")).isFalse();
	}

	@Test
	void whenPenaltyIsOverThenAddressBeginsAnew() {
		this.penalties.failed("a");
		this.penalties.failed("a");
		this.now += Duration.ofMinutes(5).toNanos() - 1;
		assertThat(this.penalties.concern("a")).isTrue();
		this.now++;
		assertThat(this.penalties.concern("a")).isFalse();
		this.penalties.failed("a");
		assertThat(this.penalties.concern("a")).isFalse();
	}

	@Test
	void whenMoreAddressesFailThanAreRememberedThenTheOldestIsForgotten() {
		this.penalties.failed("oldest");
		for (int i = 0; i < 70_000; i++) {
			this.penalties.failed(i);
		}
		this.penalties.failed("oldest");
		this.penalties.failed(69_999);
		assertThat(this.penalties.concern("oldest")).isFalse();
		assertThat(this.penalties.concern(69_999)).isTrue();
	}

}
