package io.petrichor.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;

import io.petrichor.handler.PetrichorConnection;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.Message;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.Handshake;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.server.auth.TokenAuthenticator;
import io.petrichor.server.auth.UserAuthenticator;
import io.petrichor.testing.Canary;
import io.petrichor.testing.Program;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;
import io.petrichor.tnetstring.TNetstring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * The authenticators that a few properties make.
 */
class ReadyMadeAuthenticatorsTests {

	private static final String PASSWORD = "{bcrypt}" + new BCryptPasswordEncoder(7).encode("open sesame");

	@Test
	void whenUserKnowsPasswordThenItIsLetInWithItsRoles() {
		run(users(), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, Map.of("password", "open sesame"))) {
				assertThat(peer.request(Map.of(), "").body().asText()).isEqualTo("zed");
				assertThat(peer.request(Map.of("to", "orders"), "").body().asText()).isEqualTo("cancelled");
				Message denied = peer.request(Map.of("to", "admin"), "");
				assertThat(denied.header().text("error")).isEqualTo("denied");
				assertThat(peer.request(Map.of(), "").body().asText()).as("the connection goes on").isEqualTo("zed");
			}
		});
	}

	@Test
	void whenPasswordIsWrongOrMissingThenPeerIsDenied() {
		run(users(), (port) -> {
			assertDenied(port, Map.of("user", "zed", "password", "guess"));
			assertDenied(port, Map.of("user", "zed", "password", ""));
			assertDenied(port, Map.of("user", "zed"));
			assertDenied(port, Map.of("password", "open sesame"));
			assertDenied(port, Map.of("user", "eve", "password", "open sesame"));
			assertDenied(port, Map.of("user", "zed", "password", 7));
		});
	}

	@Test
	@Tag("clock")
	void row7_whenUserIsUnknownThenItsDenialIsTheSameAsForWrongPasswordAndTakesAsLong() {
		run(users(), (port) -> {
			try (Canary canary = Canary.watch(port, Map.of("password", "open sesame"))) {
				Map<String, Queue<Long>> nanos = Map.of("zed", new ConcurrentLinkedQueue<>(), "nobody",
						new ConcurrentLinkedQueue<>());
				Set<String> replies = ConcurrentHashMap.newKeySet();
				// Four peers at a time, as a denial waits for a tenth of a second at the
				// least.
				ForkJoinPool peers = new ForkJoinPool(4);
				Random random = new Random(7);
				for (int i = 0; i < 210; i++) {
					boolean warm = i >= 10;
					List<String> order = Arrays.asList("zed", "nobody");
					Collections.shuffle(order, random);
					peers.execute(() -> order.forEach((user) -> {
						long taken = denialNanos(port, user, replies);
						if (warm) {
							nanos.get(user).add(taken);
						}
					}));
				}
				peers.shutdown();
				assertThat(peers.awaitTermination(5, TimeUnit.MINUTES)).isTrue();
				assertThat(nanos.get("zed")).hasSize(200);
				assertThat(nanos.get("nobody")).hasSize(200);
				assertThat(replies).hasSize(1);
				long wrong = median(nanos.get("zed"));
				long unknown = median(nanos.get("nobody"));
				double ratio = (double) unknown / wrong;
				System.out.printf("denials: wrong password %d us, unknown user %d us, ratio %.3f%n", wrong / 1000,
						unknown / 1000, ratio);
				assertThat(ratio).isBetween(0.95, 1.05);
				assertThat(Math.abs(unknown - wrong)).isLessThan(Duration.ofMillis(5).toNanos());
				canary.assertWell();
			}
		});
	}

	@Test
	void whenUserIsUnknownThenAPasswordIsMatchedAllTheSame() {
		List<String> matched = new ArrayList<>();
		PasswordEncoder encoder = new PasswordEncoder() {
			@Override
			public String encode(CharSequence raw) {
				return "encoded";
			}

			@Override
			public boolean matches(CharSequence raw, String encoded) {
				return matched.add(raw + " " + encoded);
			}
		};
		UserAuthenticator authenticator = new UserAuthenticator(
				Map.of("zed", new UserAuthenticator.User("encoded", Set.of())), encoder);
		assertThat(authenticator.authenticate(claims("zed"))).isInstanceOf(Decision.Allowed.class);
		assertThat(authenticator.authenticate(claims("nobody"))).isInstanceOf(Decision.Denied.class);
		assertThat(matched).containsExactly("guess encoded", "guess encoded");
	}

	private static Handshake claims(String user) {
		return new Handshake(Header.of(Map.of("user", user, "password", "guess")), TNetstring.NULL,
				new InetSocketAddress("127.0.0.1", 1), List.of());
	}

	@Test
	void whenPeerIsDeniedThenTheTimeOfItsDenialTellsNothing() {
		run(server("authentication.tokens.batch.secret=s3cret"), (port) -> {
			long before = System.nanoTime();
			assertDenied(port, Map.of("token", "guess"));
			assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
		});
	}

	@Test
	void whenPeerKnowsTokenThenItGetsItsName() {
		run(server("authentication.tokens.batch.secret=s3cret", "authentication.tokens.batch.roles=orders",
				"authentication.tokens.other.secret=another"), (port) -> {
					try (RawPeer peer = RawPeer.welcomed(port, Map.of("token", "s3cret"))) {
						assertThat(peer.request(Map.of(), "").body().asText()).isEqualTo("batch");
						assertThat(peer.request(Map.of("to", "orders"), "").body().asText()).isEqualTo("cancelled");
					}
					assertDenied(port, Map.of("user", "batch", "token", "s3cre"));
					assertDenied(port, Map.of("user", "batch", "token", ""));
					assertDenied(port, Map.of("user", "batch"));
				});
	}

	@Test
	void whenTokenIsEmptyThenNobodyCanHaveIt() {
		Map<String, TokenAuthenticator.Token> tokens = Map.of("batch", new TokenAuthenticator.Token("", Set.of()));
		assertThatIllegalArgumentException().isThrownBy(() -> new TokenAuthenticator(tokens))
			.withMessage("The token of 'batch' is empty");
	}

	@Test
	void whenThousandPythonClientsAreDeniedThenAllReadWhy() {
		run(server("authentication.penalty=0").withBean(PetrichorAuthenticator.class,
				() -> (handshake) -> Decision.deny("we are closed")), (port) -> {
					try (Program clients = Program.python("denied_clients.py", "127.0.0.1", String.valueOf(port),
							"1000", "we are closed")) {
						assertThat(clients.awaitSuccess()).contains("1000 of 1000 read the reason");
					}
				});
	}

	private static ApplicationContextRunner users() {
		return server("authentication.users.zed.password=" + PASSWORD, "authentication.users.zed.roles=orders",
				"authentication.users.ann.password=" + PASSWORD, "authentication.users.canary.password=" + PASSWORD);
	}

	private static ApplicationContextRunner server(String... properties) {
		ApplicationContextRunner runner = TestServer.with(Handlers.class)
			.withPropertyValues("petrichor.server.authentication.penalty=0");
		for (String property : properties) {
			runner = runner.withPropertyValues("petrichor.server." + property);
		}
		return runner;
	}

	private static void run(ApplicationContextRunner runner, TestServer.PortTest test) {
		TestServer.run(runner, test);
	}

	private static void assertDenied(int port, Map<String, ?> handshake) {
		try (RawPeer peer = RawPeer.connect(port)) {
			Message denial = peer.request(handshake, "");
			assertThat(denial.header().asMap()).isEqualTo(Map.of("allowed", false, "error", "denied"));
			assertThat(denial.body().asText()).isEqualTo("denied");
			assertThat(peer.read()).isNull();
		}
	}

	/** From the handshake to the denial, all bytes of which are kept. */
	private static long denialNanos(int port, String user, Set<String> replies) {
		byte[] handshake = RawPeer.bytes(List.of(Map.of("user", user, "password", "guess")));
		try (RawPeer peer = RawPeer.connect(port)) {
			InputStream in = peer.socket().getInputStream();
			long begin = System.nanoTime();
			peer.send(handshake);
			int first = in.read();
			long nanos = System.nanoTime() - begin;
			replies.add((char) first + new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
			return nanos;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static long median(Collection<Long> values) {
		List<Long> sorted = new ArrayList<>(values);
		Collections.sort(sorted);
		return sorted.get(sorted.size() / 2);
	}

	static class Handlers {

		@PetrichorHandler
		String whoAmI(PetrichorConnection connection) {
			Principal principal = connection.principal();
			return (principal != null) ? principal.getName() : "nobody";
		}

		@PetrichorHandler(route = "orders", roles = { "orders", "admin" })
		String cancel() {
			return "cancelled";
		}

		@PetrichorHandler(route = "admin", roles = "admin")
		String admin() {
			return "done";
		}

	}

}
