package io.petrichor.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import org.junit.jupiter.api.BeforeEach;
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
import io.petrichor.protocol.Message;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.testing.Canary;
import io.petrichor.testing.Peers;
import io.petrichor.testing.Program;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * TLS with real certificates: threats 53 to 58.
 */
@ExtendWith(OutputCaptureExtension.class)
class TlsTests {

	private static final Map<String, Object> ZED = Map.of("user", "zed");

	@TempDir
	Path folder;

	private X509Bundle authority;

	private X509Bundle first;

	@BeforeEach
	void certificates() throws Exception {
		this.authority = new CertificateBuilder().ecp256()
			.subject("CN=Test Authority")
			.setIsCertificateAuthority(true)
			.buildSelfSigned();
		this.first = issue("localhost");
		write(this.first, "server");
		Files.writeString(this.folder.resolve("ca.pem"), this.authority.getCertificatePEM());
	}

	@Test
	void whenClientSpeaksTlsThenItIsServedWithNewestVersion() {
		run(server(), (port) -> {
			try (RawPeer peer = tls(port)) {
				assertThat(peer.request(ZED, "").header().flag("allowed")).isTrue();
				assertThat(peer.request(Map.of(), "hello").body().asText()).isEqualTo("nobody");
				assertThat(((SSLSocket) peer.socket()).getSession().getProtocol()).isEqualTo("TLSv1.3");
			}
		});
	}

	@Test
	void whenServerHasSeveralCertificatesThenItTellsWhenTheFirstRunsOut() throws Exception {
		X509Bundle other = new CertificateBuilder().ecp256()
			.subject("CN=other.example")
			.notAfter(Instant.now().plus(Duration.ofHours(1)))
			.buildIssuedBy(this.authority);
		write(other, "other");
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
					try (RawPeer peer = tls(port)) {
						peer.send(ZED, "");
						peer.send(Map.of(), "already on its way");
						assertThat(peer.read().body().asText()).isEqualTo("not you");
						assertThat(peer.read()).isNull();
					}
				}
			});
	}

	@Test
	void row53_whenClientsStopWithinTlsHandshakeThenTheyEndAtDeadline() {
		run(server("petrichor.server.handshake.timeout=2s", "petrichor.server.handshake.max-pending=1000",
				"petrichor.server.handshake.max-pending-per-address=1000"), (port) -> {
					try (RawPeer peer = tls(port); Peers silent = Peers.connect(200, port)) {
						assertThat(peer.request(ZED, "").header().flag("allowed")).isTrue();
						byte[] clientHello = { 0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3 };
						silent.all().forEach((next) -> next.send(clientHello));
						for (RawPeer next : silent.all()) {
							assertThat(peer.request(Map.of(), "x").body().asText()).isEqualTo("nobody");
							assertThat(isAtEnd(next)).isTrue();
						}
					}
				});
	}

	@Test
	void row54_whenClientOffersOldVersionThenItIsRefused() {
		run(server(), (port) -> {
			try (SSLSocket socket = (SSLSocket) context(null).getSocketFactory().createSocket();
					RawPeer peer = RawPeer.over(socket, port)) {
				socket.setEnabledProtocols(new String[] { "TLSv1.2" });
				assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> peer.send(ZED, ""));
			}
		});
		run(server("spring.ssl.bundle.pem.server.options.enabled-protocols=TLSv1.2"), (port) -> {
			try (RawPeer peer = tls(port)) {
				assertThat(peer.request(ZED, "").header().flag("allowed")).isTrue();
				assertThat(((SSLSocket) peer.socket()).getSession().getProtocol()).isEqualTo("TLSv1.2");
			}
		});
	}

	@Test
	void whenOpensslConnectsThenItSeesTls13AndIsRefusedWith12() {
		Program.assume("openssl", "version");
		run(server(), (port) -> {
			try (Program client = openssl(port, "-CAfile", "ca.pem", "-verify_return_error", "-tls1_3")) {
				client.awaitLine("Verify return code: 0 (ok)");
				assertThat(client.output()).contains("TLSv1.3");
			}
			try (Program client = openssl(port, "-tls1_2")) {
				client.awaitLine("alert protocol version");
			}
		});
	}

	@Test
	void row55_whenPlaintextComesToTlsPortThenItEndsAtOnceUnansweredAndLogSaysSo(CapturedOutput output) {
		run(server(), (port) -> {
			try (RawPeer http = RawPeer.connect(port)) {
				http.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
				assertThat(isAtEnd(http)).isTrue();
			}
			try (RawPeer plain = RawPeer.connect(port)) {
				plain.send(ZED, "");
				assertThat(isAtEnd(plain)).isTrue();
			}
			await().untilAsserted(
					() -> assertThat(output.getOut().split("speaks plaintext; this port expects TLS", -1)).hasSize(2));
		});
	}

	@Test
	void row55_whenTlsOrHttpComesToPlaintextPortThenItEndsAtOnceAndLogSaysSo(CapturedOutput output) {
		TestServer.run(TestServer.with(WhoAmI.class), (port) -> {
			try (Canary canary = Canary.watch(port);
					SSLSocket socket = (SSLSocket) context(null).getSocketFactory().createSocket();
					RawPeer tls = RawPeer.over(socket, port)) {
				assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> tls.send(ZED, ""));
				await().untilAsserted(() -> assertThat(output).contains("speaks TLS; this port expects pairs"));
				canary.assertWell();
			}
		});
		TestServer.run(TestServer.with(WhoAmI.class), (port) -> {
			try (RawPeer http = RawPeer.connect(port)) {
				http.send("GET / HTTP/1.1\r\n");
				assertThat(isAtEnd(http)).isTrue();
				await().untilAsserted(() -> assertThat(output).contains("speaks HTTP; this port expects pairs"));
			}
		});
	}

	@Test
	void row56_whenClientShowsCertificateThenItIsThePrincipalAndNobodyElse() {
		ApplicationContextRunner runner = server("petrichor.server.ssl.client-auth=need",
				"spring.ssl.bundle.pem.server.truststore.certificate=" + this.folder.resolve("ca.pem"),
				"petrichor.server.authentication.client-certificates=true");
		run(runner, (port) -> {
			X509Bundle zed = issue("zed");
			try (RawPeer peer = tls(port, zed)) {
				assertThat(peer.request(ZED, "").header().flag("allowed")).isTrue();
				assertThat(peer.request(Map.of(), "").body().asText()).isEqualTo("zed");
			}
			try (RawPeer peer = tls(port, zed)) {
				Message denial = peer.request(Map.of("user", "root"), "");
				assertThat(denial.header().flag("allowed")).isFalse();
				assertThat(denial.body().asText()).isEqualTo("denied");
			}
			try (RawPeer peer = tls(port)) {
				assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> peer.request(ZED, ""));
			}
			X509Bundle stranger = stranger();
			try (RawPeer peer = tls(port, stranger)) {
				assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> peer.request(ZED, ""));
			}
		});
	}

	@Test
	void row56_whenCertificatesAreWantedAndNobodySaysWhoseThenStartFails() {
		server("petrichor.server.ssl.client-auth=want").run((context) -> assertThat(context).getFailure()
			.hasStackTraceContaining("petrichor.server.ssl.client-auth")
			.hasStackTraceContaining("trust store"));
	}

	@Test
	void row57_whenClientAsksForNameThenItGetsItsCertificateAndTrustStaysTheSame() throws Exception {
		write(issue("other.example"), "other");
		ApplicationContextRunner runner = server("petrichor.server.ssl.client-auth=need",
				"spring.ssl.bundle.pem.server.truststore.certificate=" + this.folder.resolve("ca.pem"))
			.withPropertyValues(otherName());
		run(runner, (port) -> {
			X509Bundle zed = issue("zed");
			try (RawPeer peer = tls(port, zed, "other.example")) {
				assertThat(peer.request(ZED, "").header().flag("allowed")).isTrue();
				assertThat(subject(peer)).isEqualTo("CN=other.example");
			}
			try (RawPeer peer = tls(port, zed, "unknown.example")) {
				assertThat(peer.request(ZED, "").header().flag("allowed")).isTrue();
				assertThat(subject(peer)).isEqualTo("CN=localhost");
			}
			X509Bundle stranger = stranger();
			for (String name : List.of("other.example", "unknown.example")) {
				try (RawPeer peer = tls(port, stranger, name)) {
					assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> peer.request(ZED, ""));
				}
			}
		});
	}

	@Test
	void row58_whenCertificateFileChangesUnderLoadThenNewConnectionsSeeItAndNothingIsLost(CapturedOutput output) {
		run(server("spring.ssl.bundle.pem.server.reload-on-update=true",
				"spring.ssl.bundle.watch.file.quiet-period=200ms"), (port) -> {
					try (RawPeer old = tls(port)) {
						assertThat(old.request(ZED, "").header().flag("allowed")).isTrue();
						write(issue("renewed"), "server");
						await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(50)).until(() -> {
							assertThat(old.request(Map.of(), "").body().asText()).isEqualTo("nobody");
							return "CN=renewed".equals(subjectSeen(port));
						});
						Files.writeString(this.folder.resolve("server.pem"), "not a certificate");
						await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(50)).until(() -> {
							assertThat(old.request(Map.of(), "").body().asText()).isEqualTo("nobody");
							return output.getOut().contains("ERROR");
						});
						assertThat(subjectSeen(port)).isEqualTo("CN=renewed");
						assertThat(old.request(Map.of(), "").body().asText()).isEqualTo("nobody");
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

	private X509Bundle issue(String name) throws Exception {
		return new CertificateBuilder().ecp256()
			.subject("CN=" + name)
			.addSanDnsName("localhost")
			.addSanDnsName("other.example")
			.addSanDnsName("unknown.example")
			.buildIssuedBy(this.authority);
	}

	private static X509Bundle stranger() throws Exception {
		X509Bundle other = new CertificateBuilder().ecp256()
			.subject("CN=Test Authority")
			.setIsCertificateAuthority(true)
			.buildSelfSigned();
		return new CertificateBuilder().ecp256().subject("CN=zed").buildIssuedBy(other);
	}

	/** Each file at once, as those who renew certificates do it. */
	private void write(X509Bundle bundle, String name) throws IOException {
		replace(name + ".key", bundle.getPrivateKeyPEM());
		replace(name + ".pem", bundle.getCertificatePEM());
	}

	private void replace(String file, String content) throws IOException {
		Path fresh = Files.writeString(this.folder.resolve(file + ".new"), content);
		Files.move(fresh, this.folder.resolve(file), StandardCopyOption.ATOMIC_MOVE);
	}

	private RawPeer tls(int port) throws Exception {
		return tls(port, null);
	}

	private RawPeer tls(int port, X509Bundle client) throws Exception {
		return tls(port, client, "localhost");
	}

	private RawPeer tls(int port, X509Bundle client, String serverName) throws Exception {
		SSLSocket socket = (SSLSocket) context(client).getSocketFactory().createSocket();
		SSLParameters parameters = socket.getSSLParameters();
		parameters.setServerNames(List.of(new SNIHostName(serverName)));
		socket.setSSLParameters(parameters);
		return RawPeer.over(socket, port);
	}

	private SSLContext context(X509Bundle client) throws Exception {
		SSLContext context = SSLContext.getInstance("TLS");
		KeyManagerFactory keys = (client != null) ? client.toKeyManagerFactory() : null;
		context.init((keys != null) ? keys.getKeyManagers() : null,
				new TrustManager[] { this.authority.toTrustManager() }, null);
		return context;
	}

	private String subjectSeen(int port) throws Exception {
		try (RawPeer peer = tls(port)) {
			assertThat(peer.request(ZED, "").header().flag("allowed")).isTrue();
			return subject(peer);
		}
	}

	private static String subject(RawPeer peer) throws Exception {
		X509Certificate certificate = (X509Certificate) ((SSLSocket) peer.socket()).getSession()
			.getPeerCertificates()[0];
		return certificate.getSubjectX500Principal().getName();
	}

	private static boolean isAtEnd(RawPeer peer) {
		Socket socket = peer.socket();
		try {
			return socket.getInputStream().read() < 0;
		}
		catch (IOException ex) {
			return !(ex instanceof SocketTimeoutException);
		}
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

	}

}
