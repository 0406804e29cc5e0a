package io.petrichor.autoconfigure;

import java.beans.PropertyDescriptor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.BeanWrapper;
import org.springframework.beans.BeanWrapperImpl;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

import io.petrichor.client.PetrichorClient;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * A value that cannot work fails the start, and what is printed names the property and
 * the way out.
 */
@ExtendWith(OutputCaptureExtension.class)
class WrongPropertiesTests {

	/** Those that Spring Boot asks, but for the few that want a context. */
	private final List<FailureAnalyzer> analyzers = SpringFactoriesLoader.forDefaultResourceLocation()
		.load(FailureAnalyzer.class, FailureHandler.handleMessage((message, failure) -> {
		}));

	private ApplicationContextRunner contextRunner = TestServer.with(Echo.class)
		.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, PetrichorClientAutoConfiguration.class));

	@ParameterizedTest
	@CsvSource(delimiterString = " -> ", quoteCharacter = '"', textBlock = """
			port=-1 -> from 0 to 65535
			port=70000 -> from 0 to 65535
			max-connections=0 -> at least 1
			max-connections=-5 -> at least 1
			max-connections-per-address=0 -> at least 1
			max-buffered=-1B -> at least 1B
			idle-timeout=-1s -> from 1ms to 36500d
			idle-timeout=0 -> from 1ms to 36500d
			idle-timeout=200000d -> from 1ms to 36500d
			authentication.failures-per-minute=-1 -> at least 0
			authentication.penalty=-1s -> from 0s to 36500d
			handshake.timeout=0 -> from 1ms to 36500d
			handshake.max-size=0 -> from 1B to 999999999B
			handshake.max-size=4GB -> from 1B to 999999999B
			handshake.max-pending=0 -> at least 1
			handshake.max-pending-per-address=0 -> at least 1
			message.max-header-size=-1 -> from 1B to 999999999B
			message.max-body-size=-1 -> from 1B to 999999999B
			message.max-body-size=3GB -> from 1B to 999999999B
			message.max-depth=0 -> at least 1
			message.max-elements=-1 -> at least 2
			message.max-number-length=0 -> at least 1
			message.timeout=0 -> from 1ms to 36500d
			dispatch.max-in-flight=0 -> at least 1
			dispatch.max-in-flight=-1 -> at least 1
			dispatch.timeout=0 -> from 1ms to 36500d
			dispatch.timeout=-5s -> from 1ms to 36500d
			dispatch.threads=0 -> at least 1
			dispatch.virtual-threads=0 -> at least 1
			dispatch.queue=0 -> at least 1
			dispatch.queue=-1 -> at least 1
			outbound.max-pending=-1B -> at least 1B
			outbound.write-timeout=0 -> from 1ms to 36500d
			shutdown.grace-period=-1s -> from 0s to 36500d
			""")
	void whenPropertyOfServerIsOutOfRangeThenStartFailsAndNamesIt(String property, String range) {
		assertThat(failure("petrichor.server." + property)).contains(
				"Property: petrichor.server." + property.substring(0, property.indexOf('=')) + "\n",
				property.substring(0, property.indexOf('=')) + "' is ", "it must be " + range);
	}

	@ParameterizedTest
	@CsvSource(delimiterString = " -> ", quoteCharacter = '"',
			textBlock = """
					connect-timeout=0 -> 'connect-timeout' is 0ms; it must be from 1ms to 36500d
					handshake-timeout=0 -> 'handshake-timeout' is 0ms; it must be from 1ms to 36500d
					request-timeout=-1s -> 'request-timeout' is -1000ms; it must be from 1ms to 36500d
					reconnect.first=0 -> 'reconnect.first' is 0ms; it must be from 1ms to 36500d
					reconnect.max=0 -> 'reconnect.max' is 0ms; it must be from 1ms to 36500d
					max-in-flight=0 -> 'max-in-flight' is 0; it must be at least 1
					max-waiting=0 -> 'max-waiting' is 0; it must be at least 1
					message.max-depth=0 -> 'message.max-depth' is 0; it must be at least 1
					message.max-body-size=3GB -> 'message.max-body-size' is 3221225472B; it must be from 1B to 999999999B
					address= -> 'address' cannot be used: there must be at least one
					address=localhost:99999 -> 'address' cannot be used: the port of 'localhost:99999' is not from 1 to 65535
					address=localhost:http -> 'address' cannot be used: 'localhost:http' is not of the form host:port
					address=tcp://localhost:7387 -> 'address' cannot be used: 'tcp://localhost:7387' is not of the form host:port
					address=tcp://localhost -> 'address' cannot be used: 'tcp://localhost' is not of the form host:port
					address=2001:db8::1 -> 'address' cannot be used: '2001:db8::1' is not of the form host:port, or [address]:port
					""")
	void whenPropertyOfAClientIsWrongThenStartFailsAndNamesIt(String property, String reason) {
		assertThat(failure("petrichor.client." + property)).contains("under 'petrichor.client", reason);
		assertThat(failure("petrichor.clients.stock." + property)).contains("under 'petrichor.clients", "stock",
				reason);
	}

	@ParameterizedTest
	@CsvSource(delimiterString = " -> ", quoteCharacter = '"', textBlock = """
			users.zed.password=opensesame -> users.zed.password
			users.zed.password={nope}x -> users.zed.password
			users.zed.password= -> users.zed.password
			users.zed.roles=orders -> users.zed.password
			tokens.batch.secret= -> tokens.batch.secret
			tokens.batch.roles=orders -> tokens.batch.secret
			""")
	void whenNobodyCouldGetInByASecretThenStartFailsAndNamesIt(String property, String named) {
		assertThat(failure("petrichor.server.authentication." + property))
			.contains("'petrichor.server.authentication." + named + "'", "Action:")
			.doesNotContain("opensesame");
	}

	@ParameterizedTest
	@ValueSource(strings = { "{bcrypt}$2a$10$eJ9QyHkVuYMw8DlqvGOnEuY0k8nSS1q2mGKtJmmVJ0f5tN2gtW3fK", "{noop}x",
			"{pbkdf2}00", "{argon2}x", "{scrypt}x", "{SHA-256}x" })
	void whenEncodingOfAPasswordIsKnownThenServerStarts(String password) {
		this.contextRunner.withPropertyValues("petrichor.server.authentication.users.zed.password=" + password)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void whenStartFailsThenTheReasonAndTheWayOutArePrinted(CapturedOutput output) {
		assertThatException()
			.isThrownBy(() -> SpringApplication.run(Application.class, "--petrichor.server.dispatch.threads=0"));
		assertThat(output)
			.contains("APPLICATION FAILED TO START", "Property: petrichor.server.dispatch.threads",
					"'petrichor.server.dispatch.threads' is 0; it must be at least 1",
					"Update your application's configuration")
			.doesNotContain("\tat ");
	}

	@Test
	void whenServerNamesHaveBundlesAndTheServerHasNoneThenStartFailsAndNamesBoth() {
		this.contextRunner = this.contextRunner
			.withPropertyValues("petrichor.server.ssl.server-name-bundles[0].server-name=*.example.org");
		assertThat(failure("petrichor.server.ssl.server-name-bundles[0].bundle=nope"))
			.contains("'petrichor.server.ssl.server-name-bundles'", "'petrichor.server.ssl.bundle'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "bundle", "server-name" })
	void whenHalfOfAServerNameIsMissingThenStartFailsAndNamesIt(String half) {
		assertThat(failure("petrichor.server.ssl.server-name-bundles[0]." + half + "=any"))
			.contains("petrichor.server.ssl.server-name-bundles", half.equals("bundle") ? "'server-name'" : "'bundle'");
	}

	@ParameterizedTest
	@CsvSource(delimiterString = " -> ", quoteCharacter = '"', textBlock = """
			ssl.client-auth=need -> ssl.client-auth
			ssl.client-auth=want -> ssl.client-auth
			authentication.client-certificates=true -> authentication.client-certificates
			""")
	void whenTlsIsConfiguredAndHasNoBundleThenStartFailsAndNamesBoth(String property, String named) {
		assertThat(failure("petrichor.server." + property)).contains("'petrichor.server." + named + "'",
				"'petrichor.server.ssl.bundle'", "Action:");
	}

	@Test
	void whenNoClientIsAskedForTheCertificateItGetsInByThenStartFailsAndNamesBoth() {
		this.contextRunner = this.contextRunner.withPropertyValues("petrichor.server.ssl.bundle=any");
		assertThat(failure("petrichor.server.authentication.client-certificates=true")).contains(
				"'petrichor.server.authentication.client-certificates'", "'petrichor.server.ssl.client-auth' is none");
	}

	@ParameterizedTest
	@ValueSource(strings = { "nope", "" })
	void whenThereIsNoSuchBundleThenStartFailsAndNamesTheProperty(String name) {
		assertThat(failure("petrichor.server.ssl.bundle=" + name)).contains(
				"'petrichor.server.ssl.bundle' is '" + name + "', which is none of the SSL bundles []",
				"spring.ssl.bundle.pem." + name);
	}

	@ParameterizedTest
	@ValueSource(classes = { PetrichorServerProperties.class, PetrichorClientProperties.class })
	void whenDefaultsAreSetThenTheyAreInRange(Class<?> properties) {
		assertThat(setToWhatTheyAre(new BeanWrapperImpl(properties))).isGreaterThan(10);
	}

	@Test
	void whenLimitsAreTheLeastThatMayBeThenAPeerIsServed() {
		this.contextRunner.withPropertyValues(Stream
			.of("max-connections=1", "max-connections-per-address=1", "handshake.max-pending=1",
					"handshake.max-pending-per-address=1", "message.max-depth=1", "message.max-elements=2",
					"message.max-number-length=1", "dispatch.max-in-flight=1", "dispatch.threads=1", "dispatch.queue=1",
					"authentication.failures-per-minute=0", "authentication.penalty=0", "shutdown.grace-period=0")
			.map((property) -> "petrichor.server." + property)
			.toArray(String[]::new)).run((context) -> {
				try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
					assertThat(peer.request(Map.of("key", "value"), 7).body().asLong()).isEqualTo(7);
				}
			});
	}

	@Test
	void whenTimesAreTheLongestThatMayBeThenACallIsAnswered() {
		this.contextRunner.withPropertyValues(Stream
			.of("server.idle-timeout", "server.message.timeout", "server.dispatch.timeout",
					"server.outbound.write-timeout", "server.shutdown.grace-period", "server.authentication.penalty",
					"client.connect-timeout", "client.handshake-timeout", "client.request-timeout",
					"client.reconnect.first", "client.reconnect.max", "client.message.timeout")
			.map((property) -> "petrichor." + property + "=36500d")
			.toArray(String[]::new)).withPropertyValues("petrichor.server.handshake.timeout=36499d").run((context) -> {
				try (PetrichorClient client = context.getBean(PetrichorClient.Builder.class)
					.address("127.0.0.1:" + TestServer.port(context))
					.build()) {
					assertThat(client.request().body("hello").retrieve(String.class)).isEqualTo("hello");
				}
			});
	}

	private String failure(String property) {
		StringBuilder text = new StringBuilder();
		this.contextRunner.withPropertyValues(property).run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = analysis(context.getStartupFailure());
			text.append(analysis.getDescription()).append("\nAction: ").append(analysis.getAction());
		});
		return text.toString();
	}

	private FailureAnalysis analysis(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof FailureAnalyzedException analyzed) {
				return analyzed.analysis();
			}
		}
		return this.analyzers.stream()
			.map((analyzer) -> analyzer.analyze(failure))
			.filter(Objects::nonNull)
			.findFirst()
			.orElseThrow();
	}

	/** Set all properties, those of nested groups too, to their values; how many. */
	private static int setToWhatTheyAre(BeanWrapper properties) {
		int count = 0;
		for (PropertyDescriptor property : properties.getPropertyDescriptors()) {
			Object value = properties.getPropertyValue(property.getName());
			if (property.getWriteMethod() != null) {
				properties.setPropertyValue(property.getName(), value);
				count++;
			}
			else if (value != null && value.getClass().getName().startsWith("io.petrichor.")) {
				count += setToWhatTheyAre(new BeanWrapperImpl(value));
			}
		}
		return count;
	}

	@Configuration(proxyBeanMethods = false)
	@Import(Echo.class)
	@ImportAutoConfiguration({ SslAutoConfiguration.class, PetrichorServerAutoConfiguration.class,
			PetrichorClientAutoConfiguration.class })
	static class Application {

	}

	static class Echo {

		@PetrichorHandler
		Object echo(Object body) {
			return body;
		}

	}

}
