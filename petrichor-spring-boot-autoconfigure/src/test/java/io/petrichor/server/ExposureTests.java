package io.petrichor.server;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.petrichor.autoconfigure.PetrichorServerAutoConfiguration;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Protected by default: what is listened on, and who guards it, decide whether the server
 * starts.
 */
@ExtendWith(OutputCaptureExtension.class)
class ExposureTests {

	private static final String OPEN_HERE = "Everybody on this machine may connect";

	private static final String OPEN = "Everybody who can reach";

	private static final String PLAINTEXT = "sends and reads plaintext";

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			# address   | authenticator | allow-anonymous | starts | open here | open  | plaintext
			            | false         | false           | true   | true      | false | false
			127.0.0.1   | false         | false           | true   | true      | false | false
			127.0.0.1   | false         | true            | true   | true      | false | false
			127.0.0.1   | true          | false           | true   | false     | false | false
			127.0.0.1   | true          | true            | true   | false     | false | false
			localhost   | false         | false           | true   | true      | false | false
			0.0.0.0     | false         | false           | false  |           |       |
			0.0.0.0     | false         | true            | true   | false     | true  | true
			0.0.0.0     | true          | false           | true   | false     | false | true
			0.0.0.0     | true          | true            | true   | false     | false | true
			0:0:0:0:0:0:0:0 | false     | false           | false  |           |       |
			192.0.2.1   | false         | false           | false  |           |       |
			""")
	void postureWithoutTls(String address, boolean authenticator, boolean allowAnonymous, boolean starts,
			Boolean openHere, Boolean open, Boolean plaintext, CapturedOutput output) {
		ApplicationContextRunner runner = server("petrichor.server.authentication.allow-anonymous=" + allowAnonymous);
		if (address != null) {
			runner = runner.withPropertyValues("petrichor.server.address=" + address);
		}
		if (authenticator) {
			runner = runner.withBean(PetrichorAuthenticator.class, () -> (handshake) -> Decision.allow(null));
		}
		runner.run((context) -> {
			if (starts) {
				assertThat(context).hasNotFailed();
				assertThat(output.getOut().contains(OPEN_HERE)).isEqualTo(openHere);
				assertThat(output.getOut().contains(OPEN)).isEqualTo(open);
				assertThat(output.getOut().split(PLAINTEXT, -1)).hasSize(plaintext ? 2 : 1);
				RawPeer.welcomed(TestServer.port(context)).close();
			}
			else {
				assertThat(context).getFailure().hasRootCauseInstanceOf(UnprotectedServerException.class);
			}
		});
	}

	@Test
	void whenAddressIsChosenByCustomizerThenThatOneDecides() {
		server().withBean(PetrichorServerCustomizer.class, () -> (server) -> server.host("0.0.0.0"))
			.run((context) -> assertThat(context).getFailure()
				.hasRootCauseInstanceOf(UnprotectedServerException.class));
		server("petrichor.server.address=0.0.0.0")
			.withBean(PetrichorServerCustomizer.class, () -> (server) -> server.host("127.0.0.1"))
			.run((context) -> RawPeer.welcomed(TestServer.port(context)).close());
	}

	@Test
	void whenStartIsRefusedThenAnalysisNamesTheWaysOut(CapturedOutput output) {
		SpringApplication application = new SpringApplication(Echo.class, PetrichorServerAutoConfiguration.class);
		application.setDefaultProperties(Map.of("petrichor.server.address", "0.0.0.0", "petrichor.server.port", "0"));
		try {
			application.run().close();
		}
		catch (Exception ex) {
			assertThat(ex).hasRootCauseInstanceOf(FailureAnalyzedException.class);
		}
		assertThat(output.getAll()).contains("APPLICATION FAILED TO START", "PetrichorAuthenticator bean",
				"petrichor.server.authentication.users", "petrichor.server.address",
				"petrichor.server.authentication.allow-anonymous=true");
	}

	private static ApplicationContextRunner server(String... properties) {
		return TestServer.with(Echo.class).withPropertyValues(properties);
	}

	static class Echo {

		@PetrichorHandler
		Object echo(Object body) {
			return body;
		}

	}

}
