package io.petrichor.tnetstring.jackson;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.petrichor.tnetstring.TNetstring;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.exc.ValueInstantiationException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Objects made by a constructor with arguments.
 */
class ConstructorInstantiatorTests {

	private final TNetstringMapper mapper = new TNetstringMapper();

	@Test
	void whenARecordIsPrivateThenItIsMade() {
		assertThat(this.mapper.readValue(TNetstring.of(Map.of("name", "zed", "count", 3)), Line.class))
			.isEqualTo(new Line("zed", 3, null));
	}

	@Test
	void whenAPrimitiveMayBeMissingThenItIsZero() {
		TNetstringMapper lenient = TNetstringMapper.builder()
			.disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
			.build();
		assertThat(lenient.readValue(TNetstring.of(Map.of("name", "zed")), Line.class))
			.isEqualTo(new Line("zed", 0, null));
	}

	@Test
	void whenAConstructorTakesAnArrayAtItsEndThenTheArrayIsGiven() {
		Tagged tagged = this.mapper.readValue(TNetstring.of(Map.of("name", "n", "tags", List.of("a", "b"))),
				Tagged.class);
		assertThat(tagged.tags).containsExactly("a", "b");
	}

	@Test
	void whenTheConstructorThrowsThenItsExceptionIsTheCause() {
		assertThatExceptionOfType(ValueInstantiationException.class)
			.isThrownBy(() -> this.mapper.readValue(TNetstring.of(Map.of("age", -1)), Person.class))
			.withCauseInstanceOf(IllegalArgumentException.class)
			.withMessageContaining("negative");
	}

	@Test
	void whenTheConstructorThrowsAnErrorThenItIsNotWrapped() {
		assertThatExceptionOfType(StackOverflowError.class)
			.isThrownBy(() -> this.mapper.readValue(TNetstring.of(Map.of("age", 999)), Person.class));
	}

	private record Line(String name, int count, Double price) {
	}

	static final class Tagged {

		private final String[] tags;

		@JsonCreator
		Tagged(@JsonProperty("name") String name, @JsonProperty("tags") String... tags) {
			this.tags = tags;
		}

	}

	record Person(int age) {

		Person {
			if (age < 0) {
				throw new IllegalArgumentException("negative");
			}
			if (age > 200) {
				throw new StackOverflowError();
			}
		}

	}

}
