package io.petrichor.protocol;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PrintableTests {

	@Test
	void whenTextIsPlainThenItStays() {
		assertThat(Printable.of("zed")).isEqualTo("zed");
		assertThat(Printable.of("")).isEmpty();
		assertThat(Printable.of(null)).isEqualTo("-");
	}

	@Test
	void whenTextCouldForgeALineThenItIsEscaped() {
		assertThat(Printable.of("x\r\n2026 ERROR\u001b[31m\t\u2028\\n"))
			.isEqualTo("x\\u000d\\u000a2026 ERROR\\u001b[31m\\u0009\\u2028\\\\n");
	}

	@Test
	void whenTextIsLongThenItIsCut() {
		assertThat(Printable.of("x".repeat(1000))).isEqualTo("x".repeat(Printable.MAX_LENGTH) + "...");
	}

}
