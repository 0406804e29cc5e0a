package io.petrichor.client;

import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslStoreBundle;

import io.petrichor.testing.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(60)
class TlsTests {

	private static final char[] PASSWORD = "secret".toCharArray();

	private X509Bundle authority;

	private X509Bundle server;

	@BeforeEach
	void certificates() throws Exception {
		this.authority = authority();
		this.server = new CertificateBuilder().ecp256()
			.subject("CN=localhost")
			.addSanDnsName("localhost")
			.buildIssuedBy(this.authority);
	}

	@Test
	void whenServerIsTheOneNamedThenCallsAreAnsweredOverNewestVersion() throws Exception {
		try (ScriptedServer server = tls(); PetrichorClient client = client("localhost", server).build()) {
			assertThat(client.request().body("secret").retrieve(String.class)).isEqualTo("secret");
		}
	}

	@Test
	void whenCertificateIsForAnotherNameThenClientDoesNotConnect() throws Exception {
		try (ScriptedServer server = tls(); PetrichorClient client = client("127.0.0.1", server).build()) {
			assertThatExceptionOfType(PetrichorConnectionException.class).isThrownBy(client::connect)
				.havingRootCause()
				.withMessageContaining("127.0.0.1");
		}
	}

	@Test
	void whenCertificateIsFromAnotherAuthorityThenClientDoesNotConnectUntilItsBundleIsReloaded() throws Exception {
		DefaultSslBundleRegistry bundles = new DefaultSslBundleRegistry("orders", trusting(authority()));
		try (ScriptedServer server = tls();
				PetrichorClient client = client("localhost", server).ssl(bundles, "orders").noReconnect().build()) {
			assertThatExceptionOfType(PetrichorConnectionException.class).isThrownBy(client::connect);
			bundles.updateBundle("orders", trusting(this.authority));
			assertThat(client.request().body("now").retrieve(String.class)).isEqualTo("now");
		}
	}

	@Test
	void whenServerSpeaksPlaintextThenClientDoesNotConnect() throws Exception {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo);
				PetrichorClient client = client("localhost", server).connectTimeout(Duration.ofSeconds(1)).build()) {
			assertThatExceptionOfType(PetrichorConnectionException.class).isThrownBy(client::connect);
		}
	}

	@Test
	void whenServerDoesNotTakeTlsThenClientSaysSo() throws Exception {
		List<ScriptedServer.Script> scripts = List.of((peer) -> peer.socket().getInputStream().read(),
				(peer) -> peer.send(Map.of("error", "bad_request"), "what is this?"));
		for (ScriptedServer.Script script : scripts) {
			try (ScriptedServer server = ScriptedServer.start(script);
					PetrichorClient client = client("localhost", server).build()) {
				assertThatExceptionOfType(PetrichorConnectionException.class).isThrownBy(client::connect)
					.withMessageContaining("TLS");
			}
		}
	}

	@Test
	void whenServerWantsCertificateThenClientShowsTheOneOfItsBundle() throws Exception {
		X509Bundle mine = new CertificateBuilder().ecp256().subject("CN=shop").buildIssuedBy(this.authority);
		AtomicReference<String> seen = new AtomicReference<>();
		ScriptedServer.Script script = (peer) -> {
			seen.set(((SSLSocket) peer.socket()).getSession().getPeerPrincipal().getName());
			ScriptedServer.echo(peer);
		};
		SslBundle bundle = SslBundle
			.of(SslStoreBundle.of(mine.toKeyStore(PASSWORD), new String(PASSWORD), trust(this.authority)));
		try (ScriptedServer server = ScriptedServer.plainOver(sockets(true), script);
				PetrichorClient client = client("localhost", server).ssl(bundle).build()) {
			assertThat(client.request().body("x").retrieve(String.class)).isEqualTo("x");
			assertThat(seen).hasValue("CN=shop");
		}
	}

	private ScriptedServer tls() throws Exception {
		return ScriptedServer.plainOver(sockets(false), (peer) -> {
			assertThat(((SSLSocket) peer.socket()).getSession().getProtocol()).isEqualTo("TLSv1.3");
			ScriptedServer.echo(peer);
		});
	}

	private ServerSocketFactory sockets(boolean needClientCertificate) throws Exception {
		SSLContext context = SSLContext.getInstance("TLS");
		KeyManager[] keys = this.server.toKeyManagerFactory().getKeyManagers();
		context.init(keys, new TrustManager[] { this.authority.toTrustManager() }, null);
		ServerSocketFactory sockets = context.getServerSocketFactory();
		return new ServerSocketFactory() {

			@Override
			public java.net.ServerSocket createServerSocket() throws java.io.IOException {
				SSLServerSocket socket = (SSLServerSocket) sockets.createServerSocket();
				socket.setNeedClientAuth(needClientCertificate);
				return socket;
			}

			@Override
			public java.net.ServerSocket createServerSocket(int port) {
				throw new UnsupportedOperationException();
			}

			@Override
			public java.net.ServerSocket createServerSocket(int port, int backlog) {
				throw new UnsupportedOperationException();
			}

			@Override
			public java.net.ServerSocket createServerSocket(int port, int backlog, java.net.InetAddress address) {
				throw new UnsupportedOperationException();
			}

		};
	}

	private PetrichorClient.Builder client(String host, ScriptedServer server) throws Exception {
		return PetrichorClient.builder().address(host + ":" + server.port()).ssl(trusting(this.authority));
	}

	private static X509Bundle authority() throws Exception {
		return new CertificateBuilder().ecp256()
			.subject("CN=Test Authority")
			.setIsCertificateAuthority(true)
			.buildSelfSigned();
	}

	private static SslBundle trusting(X509Bundle authority) throws Exception {
		return SslBundle.of(SslStoreBundle.of(null, null, trust(authority)));
	}

	private static KeyStore trust(X509Bundle authority) throws Exception {
		KeyStore store = KeyStore.getInstance("PKCS12");
		store.load(null, null);
		store.setCertificateEntry("ca", authority.getCertificate());
		return store;
	}

}
