package io.petrichor.server;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.petrichor.autoconfigure.PetrichorServerAutoConfiguration;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.testing.Authority;
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

	@TempDir
	static Path folder;

	static Authority authority;

	@BeforeAll
	static void certificates() throws Exception {
		authority = new Authority(folder);
		authority.write(authority.issue("localhost"), "server");
	}

	/** Every address, with and without all that could make it safe or open. */
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			# address   | authenticator | allow-anonymous | tls   | outcome
			            | no            | no              | plain | starts, open here
			            | no            | no              | tls   | starts, open here
			            | no            | yes             | plain | starts, open here
			            | no            | yes             | tls   | starts, open here
			            | yes           | no              | plain | starts
			            | yes           | no              | tls   | starts
			            | yes           | yes             | plain | starts
			            | yes           | yes             | tls   | starts
			127.0.0.1   | no            | no              | plain | starts, open here
			127.0.0.1   | no            | no              | tls   | starts, open here
			127.0.0.1   | no            | yes             | plain | starts, open here
			127.0.0.1   | no            | yes             | tls   | starts, open here
			127.0.0.1   | yes           | no              | plain | starts
			127.0.0.1   | yes           | no              | tls   | starts
			127.0.0.1   | yes           | yes             | plain | starts
			127.0.0.1   | yes           | yes             | tls   | starts
			0.0.0.0     | no            | no              | plain | fails
			0.0.0.0     | no            | no              | tls   | fails
			0.0.0.0     | no            | yes             | plain | starts, reachable, open, plaintext
			0.0.0.0     | no            | yes             | tls   | starts, reachable, open
			0.0.0.0     | yes           | no              | plain | starts, reachable, plaintext
			0.0.0.0     | yes           | no              | tls   | starts, reachable
			0.0.0.0     | yes           | yes             | plain | starts, reachable, plaintext
			0.0.0.0     | yes           | yes             | tls   | starts, reachable
			0:0:0:0:0:0:0:0 | no        | no              | plain | fails
			0:0:0:0:0:0:0:0 | no        | no              | tls   | fails
			192.0.2.1   | no            | no              | plain | fails
			192.0.2.1   | no            | no              | tls   | fails
			localhost   | no            | no              | plain | starts, open here
			localhost   | yes           | no              | tls   | starts
			""")
	void posture(String address, String authenticator, String allowAnonymous, String tls, String outcome,
			CapturedOutput output) {
		ApplicationContextRunner runner = server(
				"petrichor.server.authentication.allow-anonymous=" + "yes".equals(allowAnonymous));
		if (address != null) {
			runner = runner.withPropertyValues("petrichor.server.address=" + address);
		}
		if ("yes".equals(authenticator)) {
			runner = runner.withBean(PetrichorAuthenticator.class, () -> (handshake) -> Decision.allow(null));
		}
		boolean encrypted = "tls".equals(tls);
		if (encrypted) {
			runner = runner.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
				.withPropertyValues("petrichor.server.ssl.bundle=server",
						"spring.ssl.bundle.pem.server.keystore.certificate=" + authority.file("server.pem"),
						"spring.ssl.bundle.pem.server.keystore.private-key=" + authority.file("server.key"));
		}
		Set<String> outcomes = Set.of(outcome.split(", "));
		runner.run((context) -> {
			if (outcomes.contains("starts")) {
				assertThat(context).hasNotFailed();
				int port = TestServer.port(context);
				assertThat(output.getOut().contains(OPEN_HERE)).isEqualTo(outcomes.contains("open here"));
				assertThat(output.getOut().contains(OPEN)).isEqualTo(outcomes.contains("open"));
				assertThat(output.getOut().split(PLAINTEXT, -1)).hasSize(outcomes.contains("plaintext") ? 2 : 1);
				assertThat(isReachable("127.0.0.2", port)).isEqualTo(outcomes.contains("reachable"));
				try (RawPeer peer = encrypted ? authority.connect(port) : RawPeer.connect(port)) {
					assertThat(peer.request(Map.of(), "").header().flag("allowed")).isTrue();
				}
			}
			else {
				assertThat(outcomes).containsExactly("fails");
				assertThat(context).getFailure().hasRootCauseInstanceOf(UnprotectedServerException.class);
			}
		});
	}

	/** Under an address of this machine that a server does not have to itself. */
	private static boolean isReachable(String address, int port) throws IOException {
		try (Socket socket = new Socket(address, port)) {
			return socket.isConnected();
		}
		catch (ConnectException ex) {
			return false;
		}
	}

	@Test
	void whenAddressIsChosenByCustomizerThenThatOneDecides() {
		server().withBean(PetrichorServerCustomizer.class, () -> (server) -> server.localAddress("0.0.0.0", 0))
			.run((context) -> assertThat(context).getFailure()
				.hasRootCauseInstanceOf(UnprotectedServerException.class));
		server("petrichor.server.address=0.0.0.0")
			.withBean(PetrichorServerCustomizer.class, () -> (server) -> server.localAddress("127.0.0.1", 0))
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
