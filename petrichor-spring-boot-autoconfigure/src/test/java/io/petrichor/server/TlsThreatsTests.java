package io.petrichor.server;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.SSLSocket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
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
import io.petrichor.protocol.Message;
import io.petrichor.testing.AcceptedChannels;
import io.petrichor.testing.Authority;
import io.petrichor.testing.Canary;
import io.petrichor.testing.Peers;
import io.petrichor.testing.Program;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.Segments;
import io.petrichor.testing.TestServer;
import io.petrichor.testing.ThreadUse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Attacks on TLS, each beside a canary that must not notice.
 */
@ExtendWith(OutputCaptureExtension.class)
class TlsThreatsTests {

	private static final Map<String, Object> ZED = Map.of("user", "zed");

	/** What is over at once is over within this. */
	private static final Duration AT_ONCE = Duration.ofMillis(200);

	@TempDir
	Path folder;

	private Authority authority;

	@BeforeEach
	void certificates() throws Exception {
		this.authority = new Authority(this.folder);
		this.authority.write(this.authority.issue("localhost"), "server");
	}

	@Test
	@Tag("clock")
	void row53_whenFiveHundredStopWithinTheirHandshakesThenTheyEndAtDeadlineAndOthersAreServed() throws Exception {
		// The most expensive handshake there is: the server signs it with a key of 4096
		// bits.
		this.authority.write(this.authority.issue("localhost",
				new CertificateBuilder().algorithm(CertificateBuilder.Algorithm.rsa4096)), "server");
		run(patient(), (port) -> {
			byte[] clientHello = this.authority.clientHello();
			try (Canary canary = canary(port); Peers silent = Peers.connect(500, port)) {
				for (int i = 0; i < 500; i++) {
					boolean torn = i % 2 == 0;
					silent.all().get(i).send(torn ? Arrays.copyOf(clientHello, 11) : clientHello);
				}
				long last = System.nanoTime();
				for (RawPeer peer : silent.all()) {
					awaitEnd(peer);
				}
				System.out.printf("handshakes: the last of 500 ended after %d ms%n", since(last).toMillis());
				assertThat(since(last)).isLessThan(Duration.ofMillis(5500));
				canary.assertWell();
			}
		});
	}

	@Test
	void row54_whenClientOffersOldVersionThenItIsRefused() {
		run(server(), (port) -> {
			try (Canary canary = canary(port); RawPeer peer = this.authority.connect(port)) {
				((SSLSocket) peer.socket()).setEnabledProtocols(new String[] { "TLSv1.2" });
				assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> peer.send(ZED, ""));
				canary.assertWell();
			}
		});
	}

	@Test
	void row54_whenClientUpdatesKeysAndReadsNothingThenNothingIsHeldForItAndItIsCutOff() throws Exception {
		Queue<Channel> channels = new ConcurrentLinkedQueue<>();
		PetrichorServerCustomizer smallBuffers = (server) -> {
			server.childOption(ChannelOption.SO_SNDBUF, 4096);
			new AcceptedChannels(channels::add).customize(server);
		};
		Socket below = new Socket();
		below.setReceiveBufferSize(4096);
		run(server("petrichor.server.outbound.write-timeout=5s").withBean(PetrichorServerCustomizer.class,
				() -> smallBuffers), (port) -> {
					ExecutorService attacker = Executors.newSingleThreadExecutor();
					try (Canary canary = canary(port);
							RawPeer peer = this.authority.connect(below, port, null, "localhost")) {
						assertThat(peer.request(ZED, "").header().flag("allowed")).isTrue();
						Future<Void> attack = attacker.submit(() -> {
							while (true) {
								((SSLSocket) peer.socket()).startHandshake();
							}
						});
						long most = 0;
						while (!attack.isDone()) {
							for (Channel channel : channels) {
								most = Math.max(most, pending(channel));
							}
						}
						assertThatExceptionOfType(ExecutionException.class).isThrownBy(attack::get)
							.withCauseInstanceOf(IOException.class);
						System.out.printf("key updates: at most %d bytes waited%n", most);
						assertThat(most).isBetween(1L, 400 * 1024L);
						canary.assertWell();
					}
					attacker.shutdownNow();
				});
	}

	private static long pending(Channel channel) {
		ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
		return (buffer != null) ? buffer.totalPendingWriteBytes() : 0;
	}

	@Test
	void row54_whenClientUpdatesKeysTenThousandTimesThenHeapIsFlatAndOthersAreServed() throws Exception {
		run(server(), (port) -> {
			try (Canary canary = canary(port); RawPeer peer = this.authority.connect(port)) {
				assertThat(peer.request(ZED, "").header().flag("allowed")).isTrue();
				long heap = ThreadUse.heap();
				long cpu = ThreadUse.cpu("petrichor-nio");
				peer.socket().setSoTimeout(60_000);
				// In turns: a JDK's socket bears no update while another thread reads.
				for (int i = 0; i < 100; i++) {
					for (int update = 0; update < 100; update++) {
						((SSLSocket) peer.socket()).startHandshake();
					}
					assertThat(peer.request(Map.of(), "").body().asText()).isEqualTo("nobody");
				}
				Duration took = Duration.ofNanos(ThreadUse.cpu("petrichor-nio") - cpu);
				System.out.printf("key updates: 10000 took event loops %d ms%n", took.toMillis());
				assertThat(took).isLessThan(Duration.ofSeconds(5));
				assertThat(ThreadUse.heap() - heap).isLessThan(10 << 20);
				canary.assertWell();
			}
		});
	}

	@Test
	@Tag("clock")
	void row55_whenPlaintextComesToTlsPortThenItEndsAtOnceUnansweredAndLogSaysSo(CapturedOutput output) {
		run(server(), (port) -> {
			try (Canary canary = canary(port)) {
				for (String words : List.of("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "15:4:user,3:zed,}0:,")) {
					try (RawPeer plain = RawPeer.connect(port)) {
						long begin = System.nanoTime();
						plain.send(words);
						assertThat(isAtEnd(plain)).isTrue();
						assertThat(since(begin)).isLessThan(AT_ONCE);
					}
				}
				canary.assertWell();
			}
			assertThat(output.getOut().split("speaks plaintext; this port expects TLS", -1)).hasSize(2);
		});
	}

	@Test
	@Tag("clock")
	void row55_whenTlsOrHttpComesToPlaintextPortThenItEndsAtOnceAndLogSaysSo(CapturedOutput output) throws Exception {
		Map<String, byte[]> strangers = Map.of("TLS", this.authority.clientHello(), "HTTP",
				"GET / HTTP/1.1\r\n".getBytes());
		strangers.forEach((name, words) -> TestServer.run(TestServer.with(WhoAmI.class), (port) -> {
			try (Canary canary = Canary.watch(port); RawPeer stranger = RawPeer.connect(port)) {
				long begin = System.nanoTime();
				stranger.send(words);
				assertThat(isAtEnd(stranger)).isTrue();
				assertThat(since(begin)).isLessThan(AT_ONCE);
				canary.assertWell();
			}
			assertThat(output.getOut().split("speaks " + name + "; this port expects pairs", -1)).hasSize(2);
		}));
	}

	@Test
	void row56_whenClientShowsCertificateThenItIsThePrincipalAndNobodyElse() {
		ApplicationContextRunner runner = mutual()
			.withPropertyValues("petrichor.server.authentication.client-certificates=true");
		runner.run((context) -> {
			int port = TestServer.port(context);
			AtomicInteger calls = context.getBean(WhoAmI.class).calls;
			X509Bundle zed = this.authority.issue("zed");
			try (Canary canary = Canary.over(this.authority.connect(port, this.authority.issue("canary"), "localhost"),
					Map.of())) {
				try (RawPeer peer = this.authority.connect(port, zed, "localhost")) {
					Message denial = peer.request(Map.of("user", "root"), "");
					assertThat(denial.header().flag("allowed")).isFalse();
					assertThat(denial.body().asText()).isEqualTo("denied");
				}
				assertRefused(port, null, "localhost");
				assertRefused(port, stranger(), "localhost");
				assertThat(calls).hasValue(0);
				try (RawPeer peer = this.authority.connect(port, zed, "localhost")) {
					assertThat(peer.request(ZED, "").header().flag("allowed")).isTrue();
					assertThat(peer.request(Map.of(), "").body().asText()).isEqualTo("zed");
				}
				canary.assertWell();
			}
		});
	}

	@Test
	void row57_whenClientHelloComesInPiecesOrAsksForNameThenTrustIsTheSame() throws Exception {
		this.authority.write(this.authority.issue("other.example"), "other");
		ApplicationContextRunner one = mutual();
		ApplicationContextRunner several = mutual().withPropertyValues(
				"spring.ssl.bundle.pem.other.keystore.certificate=" + this.authority.file("other.pem"),
				"spring.ssl.bundle.pem.other.keystore.private-key=" + this.authority.file("other.key"),
				"petrichor.server.ssl.server-name-bundles[0].server-name=other.example",
				"petrichor.server.ssl.server-name-bundles[0].bundle=other");
		X509Bundle zed = this.authority.issue("zed");
		for (ApplicationContextRunner runner : List.of(one, several)) {
			run(runner, (port) -> {
				try (Canary canary = Canary.over(this.authority.connect(port, zed, "localhost"), Map.of())) {
					for (String name : List.of("other.example", "unknown.example")) {
						try (RawPeer peer = this.authority.connect(new Segments(), port, zed, name)) {
							assertThat(peer.request(ZED, "").header().flag("allowed")).isTrue();
						}
						for (X509Bundle other : Arrays.asList(null, stranger())) {
							assertRefused(port, other, name);
							assertRefused(new Segments(), port, other, name);
						}
					}
					canary.assertWell();
				}
			});
		}
	}

	@Test
	void row58_whenCertificateFileChangesUnderLoadThenNewConnectionsSeeItAndNothingIsLost(CapturedOutput output) {
		Program.assume("openssl", "version");
		run(server("spring.ssl.bundle.pem.server.reload-on-update=true"), (port) -> {
			List<Callable<Integer>> load = new ArrayList<>();
			AtomicBoolean enough = new AtomicBoolean();
			for (int i = 0; i < 4; i++) {
				load.add(() -> requestsOfOne(port, enough));
				load.add(() -> requestsOfMany(port, enough));
			}
			ExecutorService clients = Executors.newFixedThreadPool(load.size());
			try (Canary canary = canary(port)) {
				List<Future<Integer>> answered = load.stream().map(clients::submit).toList();
				assertThat(subjectByOpenssl(port)).contains("CN = localhost");
				this.authority.write(this.authority.issue("renewed"), "server");
				long begin = System.nanoTime();
				await().atMost(Duration.ofSeconds(15))
					.pollInterval(Duration.ofMillis(500))
					.until(() -> subjectByOpenssl(port).contains("CN = renewed"));
				Duration seen = since(begin);
				this.authority.replace("server.pem", "not a certificate");
				await().atMost(Duration.ofSeconds(20)).until(() -> output.getOut().contains("the old one stays"));
				assertThat(subjectByOpenssl(port)).contains("CN = renewed");
				enough.set(true);
				int total = 0;
				for (Future<Integer> next : answered) {
					total += next.get();
				}
				System.out.printf("renewed: seen after %d ms, %d of %d requests answered%n", seen.toMillis(), total,
						total);
				assertThat(total).isGreaterThan(1000);
				canary.assertWell();
			}
			finally {
				enough.set(true);
				clients.shutdown();
			}
		});
	}

	/** Fails if one of them is not answered. */
	private int requestsOfOne(int port, AtomicBoolean enough) throws Exception {
		try (RawPeer peer = this.authority.connect(port)) {
			assertThat(peer.request(ZED, "").header().flag("allowed")).isTrue();
			int answered = 0;
			while (!enough.get()) {
				assertThat(peer.request(Map.of(), "").body().asText()).isEqualTo("nobody");
				answered++;
			}
			return answered;
		}
	}

	private int requestsOfMany(int port, AtomicBoolean enough) throws Exception {
		int answered = 0;
		while (!enough.get()) {
			try (RawPeer peer = this.authority.connect(port)) {
				assertThat(peer.request(ZED, "").header().flag("allowed")).isTrue();
				assertThat(peer.request(Map.of(), "").body().asText()).isEqualTo("nobody");
				answered++;
			}
		}
		return answered;
	}

	private String subjectByOpenssl(int port) {
		try (Program client = Program.start(this.folder, List.of("openssl", "s_client", "-connect", "127.0.0.1:" + port,
				"-servername", "localhost", "-CAfile", "ca.pem", "-verify_return_error"))) {
			return client.endInput().awaitLine("subject=");
		}
	}

	private void assertRefused(int port, X509Bundle client, String name) throws Exception {
		assertRefused(new Socket(), port, client, name);
	}

	private void assertRefused(Socket below, int port, X509Bundle client, String name) throws Exception {
		try (RawPeer peer = this.authority.connect(below, port, client, name)) {
			assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> peer.request(ZED, ""));
		}
	}

	private static X509Bundle stranger() throws Exception {
		X509Bundle other = new CertificateBuilder().ecp256()
			.subject("CN=Test Authority")
			.setIsCertificateAuthority(true)
			.buildSelfSigned();
		return new CertificateBuilder().ecp256().subject("CN=zed").buildIssuedBy(other);
	}

	private ApplicationContextRunner mutual() {
		return server("petrichor.server.ssl.client-auth=need",
				"spring.ssl.bundle.pem.server.truststore.certificate=" + this.authority.file("ca.pem"));
	}

	private ApplicationContextRunner patient(String... properties) {
		return server(properties).withPropertyValues("petrichor.server.handshake.max-pending=1000",
				"petrichor.server.handshake.max-pending-per-address=1000");
	}

	private ApplicationContextRunner server(String... properties) {
		return TestServer.with(WhoAmI.class)
			.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
			.withPropertyValues("petrichor.server.ssl.bundle=server",
					"spring.ssl.bundle.pem.server.keystore.certificate=" + this.authority.file("server.pem"),
					"spring.ssl.bundle.pem.server.keystore.private-key=" + this.authority.file("server.key"))
			.withPropertyValues(properties);
	}

	private static void run(ApplicationContextRunner runner, TestServer.PortTest test) {
		TestServer.run(runner, test);
	}

	private Canary canary(int port) throws Exception {
		return Canary.over(this.authority.connect(port), Map.of());
	}

	private static Duration since(long begin) {
		return Duration.ofNanos(System.nanoTime() - begin);
	}

	/** Whatever the server has to say before. */
	private static void awaitEnd(RawPeer peer) throws IOException {
		try {
			peer.socket().getInputStream().transferTo(OutputStream.nullOutputStream());
		}
		catch (SocketException ex) {
			// An end, too.
		}
	}

	private static boolean isAtEnd(RawPeer peer) {
		try {
			return peer.socket().getInputStream().read() < 0;
		}
		catch (IOException ex) {
			return !(ex instanceof SocketTimeoutException);
		}
	}

	static class WhoAmI {

		private final AtomicInteger calls = new AtomicInteger();

		@PetrichorHandler
		String whoAmI(PetrichorConnection connection) {
			if (!"canary".equals(connection.user())) {
				this.calls.incrementAndGet();
			}
			Principal principal = connection.principal();
			return (principal != null) ? principal.getName() : "nobody";
		}

	}

}
