package io.petrichor.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.petrichor.tnetstring.TNetstring;

import static org.assertj.core.api.Assertions.assertThat;

class PairEncoderTests {

	@ParameterizedTest
	@ValueSource(longs = { 0, 9, 10, 99, 100, 123_456_789, Long.MAX_VALUE })
	void whenNumberIsAddedThenBytesAreThoseOfTheWholeHeader(long number) {
		for (Header header : new Header[] { Header.EMPTY, Header.of("to", "a"), Header.of("to", "x".repeat(200)),
				Header.of(Map.of("k", "x".repeat(70))) }) {
			ByteBuf whole = Unpooled.buffer();
			PairEncoder.encode(header.with("id", number), TNetstring.of("body"), whole);
			ByteBuf spliced = Unpooled.buffer();
			PairEncoder.encode(header, "id", number, TNetstring.of("body"), spliced);
			assertThat(spliced.toString(StandardCharsets.UTF_8)).isEqualTo(whole.toString(StandardCharsets.UTF_8));
		}
	}

}
