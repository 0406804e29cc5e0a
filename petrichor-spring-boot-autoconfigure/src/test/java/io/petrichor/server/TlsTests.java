package io.petrichor.server;

import java.net.Socket;
import java.nio.file.Path;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import javax.net.ssl.SSLSocket;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.petrichor.handler.PetrichorConnection;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.testing.Authority;
import io.petrichor.testing.Program;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * TLS with real certificates and real clients.
 */
class TlsTests {

	private static final Map<String, Object> ZED = Map.of("user", "zed");

	@TempDir
	Path folder;

	private Authority authority;

	private X509Bundle first;

	@BeforeEach
	void certificates() throws Exception {
		this.authority = new Authority(this.folder);
		this.first = this.authority.issue("localhost");
		this.authority.write(this.first, "server");
	}

	@Test
	void whenClientSpeaksTlsThenItIsServedWithNewestVersion() {
		run(server(), (port) -> {
			try (RawPeer peer = this.authority.connect(port)) {
				assertThat(peer.request(ZED, "").header().flag("allowed")).isTrue();
				assertThat(peer.request(Map.of(), "hello").body().asText()).isEqualTo("nobody");
				assertThat(((SSLSocket) peer.socket()).getSession().getProtocol()).isEqualTo("TLSv1.3");
			}
		});
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whenServerListensWithTlsThenItsStartLineSaysSo(CapturedOutput output) {
		run(server(),
				(port) -> assertThat(output).containsOnlyOnce("Petrichor server listens on")
					.contains("listens on 127.0.0.1 port " + port + ", TLS, anybody gets in, ")
					.doesNotContain("plaintext"));
	}

	@Test
	void whenServerHasSeveralCertificatesThenItTellsWhenTheFirstRunsOut() throws Exception {
		X509Bundle other = this.authority.issue("other.example",
				new CertificateBuilder().ecp256().notAfter(Instant.now().plus(Duration.ofHours(1))));
		this.authority.write(other, "other");
		server(otherName()).run((context) -> assertThat(context.getBean(PetrichorServer.class).certificateExpiresAt())
			.isEqualTo(other.getCertificate().getNotAfter().toInstant()));
		server().run((context) -> assertThat(context.getBean(PetrichorServer.class).certificateExpiresAt())
			.isEqualTo(this.first.getCertificate().getNotAfter().toInstant()));
		TestServer.with(WhoAmI.class)
			.run((context) -> assertThat(context.getBean(PetrichorServer.class).certificateExpiresAt()).isNull());
	}

	@Test
	void whenDeniedOverTlsThenPeerReadsReasonAndCleanEnd() {
		run(server().withBean(PetrichorAuthenticator.class, () -> (handshake) -> Decision.deny("not you"))
			.withPropertyValues("petrichor.server.authentication.penalty=0"), (port) -> {
				for (int i = 0; i < 20; i++) {
					try (RawPeer peer = this.authority.connect(port)) {
						peer.send(ZED, "");
						peer.send(Map.of(), "already on its way");
						assertThat(peer.read().body().asText()).isEqualTo("not you");
						assertThat(peer.read()).isNull();
					}
				}
			});
	}

	@Test
	@Tag("clock")
	void whenPeerReadsNothingThenItIsGoneAsSoonAsWithoutTls() throws Exception {
		Socket below = new Socket();
		below.setReceiveBufferSize(4096);
		server("petrichor.server.outbound.write-timeout=500ms").run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			try (RawPeer peer = this.authority.connect(below, server.port(), null, "localhost")) {
				peer.introduce(Map.of());
				for (int i = 0; i < 12; i++) {
					peer.send(Map.of("to", "big"), "");
				}
				await().until(() -> server.connections().anyMatch((connection) -> connection.pendingOutput() > 0));
				long begin = System.nanoTime();
				await().until(() -> server.connectionCount() == 0);
				assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(2500));
			}
		});
	}

	@Test
	void whenOpensslConnectsThenItSeesTls13AndIsRefusedWith12() {
		Program.assume("openssl", "version");
		run(server(), (port) -> {
			try (Program client = openssl(port, "-CAfile", "ca.pem", "-verify_return_error", "-tls1_3")) {
				client.awaitLine("Verify return code: 0 (ok)");
				assertThat(client.output()).contains("New, TLSv1.3");
			}
			try (Program client = openssl(port, "-tls1_2")) {
				client.awaitLine("alert protocol version");
				assertThat(client.process().waitFor()).isEqualTo(1);
			}
		});
	}

	@Test
	void whenOpensslShowsCertificateThenItIsThePrincipal() throws Exception {
		Program.assume("openssl", "version");
		this.authority.write(this.authority.issue("zed"), "client");
		run(server("petrichor.server.ssl.client-auth=need",
				"spring.ssl.bundle.pem.server.truststore.certificate=" + this.folder.resolve("ca.pem"),
				"petrichor.server.authentication.client-certificates=true"), (port) -> {
					try (Program client = openssl(port, "-CAfile", "ca.pem", "-cert", "client.pem", "-key",
							"client.key", "-quiet", "-no_ign_eof")) {
						client.type("0:}0:,12:2:to,4:line,}0:,").awaitLine("4:zed");
					}
				});
	}

	@Test
	void whenClientAsksForNameThenItGetsItsCertificate() throws Exception {
		this.authority.write(this.authority.issue("other.example"), "other");
		run(server(otherName()), (port) -> {
			try (RawPeer peer = this.authority.connect(port, null, "other.example")) {
				assertThat(peer.request(ZED, "").header().flag("allowed")).isTrue();
				assertThat(subject(peer)).isEqualTo("CN=other.example");
			}
			try (RawPeer peer = this.authority.connect(port, null, "unknown.example")) {
				assertThat(peer.request(ZED, "").header().flag("allowed")).isTrue();
				assertThat(subject(peer)).isEqualTo("CN=localhost");
			}
		});
	}

	@Test
	void whenCertificatesAreWantedAndNobodySaysWhoseThenStartFails() {
		server("petrichor.server.ssl.client-auth=want").run((context) -> assertThat(context).getFailure()
			.hasStackTraceContaining("petrichor.server.ssl.client-auth")
			.hasStackTraceContaining("trust store"));
	}

	@Test
	void whenBundleAsksForOldVersionThenItIsSpoken() {
		run(server("spring.ssl.bundle.pem.server.options.enabled-protocols=TLSv1.2"), (port) -> {
			try (RawPeer peer = this.authority.connect(port)) {
				assertThat(peer.request(ZED, "").header().flag("allowed")).isTrue();
				assertThat(((SSLSocket) peer.socket()).getSession().getProtocol()).isEqualTo("TLSv1.2");
			}
		});
	}

	private ApplicationContextRunner server(String... properties) {
		return TestServer.with(WhoAmI.class)
			.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
			.withPropertyValues("petrichor.server.ssl.bundle=server",
					"spring.ssl.bundle.pem.server.keystore.certificate=" + this.folder.resolve("server.pem"),
					"spring.ssl.bundle.pem.server.keystore.private-key=" + this.folder.resolve("server.key"))
			.withPropertyValues(properties);
	}

	/** A certificate for another name, in files of its own. */
	private String[] otherName() {
		return new String[] { "spring.ssl.bundle.pem.other.keystore.certificate=" + this.folder.resolve("other.pem"),
				"spring.ssl.bundle.pem.other.keystore.private-key=" + this.folder.resolve("other.key"),
				"petrichor.server.ssl.server-name-bundles[0].server-name=other.example",
				"petrichor.server.ssl.server-name-bundles[0].bundle=other" };
	}

	private static void run(ApplicationContextRunner runner, TestServer.PortTest test) {
		TestServer.run(runner, test);
	}

	private static String subject(RawPeer peer) throws Exception {
		X509Certificate certificate = (X509Certificate) ((SSLSocket) peer.socket()).getSession()
			.getPeerCertificates()[0];
		return certificate.getSubjectX500Principal().getName();
	}

	private Program openssl(int port, String... options) {
		List<String> command = new ArrayList<>(
				List.of("openssl", "s_client", "-connect", "127.0.0.1:" + port, "-servername", "localhost"));
		command.addAll(List.of(options));
		return Program.start(this.folder, command);
	}

	static class WhoAmI {

		@PetrichorHandler
		String whoAmI(PetrichorConnection connection) {
			Principal principal = connection.principal();
			return (principal != null) ? principal.getName() : "nobody";
		}

		@PetrichorHandler("big")
		byte[] big() {
			return new byte[900_000];
		}

		@PetrichorHandler("line")
		String line(PetrichorConnection connection) {
			return whoAmI(connection) + "\n";
		}

	}

}
