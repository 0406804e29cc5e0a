package io.petrichor.handler;

import java.util.Map;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.validation.annotation.Validated;

import io.petrichor.protocol.Message;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Handlers whose class Spring validates, parameter by parameter.
 */
class MethodValidationTests {

	private static final ApplicationContextRunner SERVER = TestServer.with(Handlers.class, Deeper.class)
		.withConfiguration(AutoConfigurations.of(ValidationAutoConfiguration.class));

	@Test
	void whenParameterIsNotValidThenBadRequestNamesIt() {
		whenParameterIsNotValidThenBadRequestNamesIt(SERVER);
	}

	@Test
	void whenSpringsOwnExceptionIsWantedThenBadRequestNamesTheParameterToo() {
		whenParameterIsNotValidThenBadRequestNamesIt(
				SERVER.withPropertyValues("spring.validation.method.adapt-constraint-violations=true"));
	}

	private static void whenParameterIsNotValidThenBadRequestNamesIt(ApplicationContextRunner runner) {
		TestServer.run(runner, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				Message reply = peer.request(Map.of("to", "greet", "times", 0), "");
				assertThat(reply.header().text("error")).isEqualTo("bad_request");
				assertThat(reply.body().asMap().get("fields"))
					.isEqualTo(Map.of("times", "must be greater than or equal to 1", "name", "must not be blank"));
			}
		});
	}

	@Test
	void whenReturnValueIsNotValidThenItIsNoFaultOfThePeer() {
		TestServer.run(SERVER, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of("to", "blank"), "").header().text("error")).isEqualTo("internal");
			}
		});
	}

	@Test
	void whenDeeperCodeViolatesConstraintsThenItIsNoFaultOfThePeer() {
		TestServer.run(SERVER, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of("to", "deeper"), "").header().text("error")).isEqualTo("internal");
			}
		});
	}

	@Validated
	static class Deeper {

		void take(@Min(1) int number) {
		}

	}

	@Validated
	static class Handlers {

		private final Deeper deeper;

		Handlers(Deeper deeper) {
			this.deeper = deeper;
		}

		@PetrichorHandler("greet")
		String greet(@Header("times") @Min(1) int times, @NotBlank String name) {
			return name.repeat(times);
		}

		@PetrichorHandler("blank")
		@NotBlank
		String blank() {
			return "";
		}

		@PetrichorHandler("deeper")
		String deeper() {
			this.deeper.take(0);
			return "taken";
		}

	}

}
