package io.petrichor.handler;

import java.util.Map;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.validation.Errors;
import org.springframework.validation.SmartValidator;
import org.springframework.validation.beanvalidation.LocalValidatorFactoryBean;

import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which validator checks bodies where there are several, as in a web application, whose
 * MVC has one besides the application's.
 */
class ValidatorChoiceTests {

	@Test
	void whenNoBodyIsToBeValidatedThenNoValidatorIsChosen() {
		TestServer.with(Web.class, OfBeanValidation.class, Echoing.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void whenOneValidatorIsOfBeanValidationThenItIsTaken() {
		TestServer.run(TestServer.with(Web.class, OfBeanValidation.class, Validating.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of("to", "valid"), Map.of("name", "")).header().text("error"))
					.isEqualTo("bad_request");
				assertThat(peer.request(Map.of("to", "valid"), Map.of("name", "Ann")).body().asText()).isEqualTo("Ann");
			}
		});
	}

	@Test
	void whenOneValidatorIsPrimaryThenItIsTaken() {
		ApplicationContextRunner runner = TestServer.with(Web.class, OfBeanValidation.class, Validating.class)
			.withInitializer((context) -> context
				.addBeanFactoryPostProcessor((beans) -> beans.getBeanDefinition("mvcValidator").setPrimary(true)));
		TestServer.run(runner, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of("to", "valid"), Map.of("name", "")).body().asText()).isEmpty();
			}
		});
	}

	@Test
	void whenNoneIsBetterThanTheOthersThenTheStartFailsAndNamesTheHandler() {
		TestServer.with(OfBeanValidation.class, AlsoOfBeanValidation.class, Validating.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(UnbindableHandlerException.class)
				.hasMessageContaining("valid(")
				.hasMessageContaining("several validators"));
	}

	record Form(@NotBlank String name) {
	}

	static class Echoing {

		@PetrichorHandler("echo")
		String echo(String text) {
			return text;
		}

	}

	static class Validating {

		@PetrichorHandler("valid")
		String valid(@Valid Form form) {
			return form.name();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OfBeanValidation {

		@Bean
		LocalValidatorFactoryBean mine() {
			return new LocalValidatorFactoryBean();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class AlsoOfBeanValidation {

		@Bean
		LocalValidatorFactoryBean other() {
			return new LocalValidatorFactoryBean();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Web {

		@Bean
		SmartValidator mvcValidator() {
			return new Lenient();
		}

	}

	private static final class Lenient implements SmartValidator {

		@Override
		public boolean supports(Class<?> type) {
			return true;
		}

		@Override
		public void validate(Object target, Errors errors, Object... hints) {
		}

		@Override
		public void validate(Object target, Errors errors) {
		}

	}

}
