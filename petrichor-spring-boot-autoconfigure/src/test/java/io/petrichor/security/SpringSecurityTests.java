package io.petrichor.security;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authentication.dao.DaoAuthenticationProvider;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.method.configuration.EnableReactiveMethodSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;

import io.petrichor.handler.Handler;
import io.petrichor.handler.PetrichorException;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.handler.PetrichorHandlerExecutor;
import io.petrichor.handler.PetrichorInterceptor;
import io.petrichor.handler.Request;
import io.petrichor.protocol.Message;
import io.petrichor.server.ServerListener;
import io.petrichor.server.UnprotectedServerException;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Spring Security in front of a listening port and in its handlers.
 */
@ExtendWith(OutputCaptureExtension.class)
class SpringSecurityTests {

	private static final SecretKey KEY = new SecretKeySpec(
			"a key for tests and for nothing else".getBytes(StandardCharsets.UTF_8), "HmacSHA256");

	private static final Map<String, Object> CAN_MORE = Map.of("re", 8, "more", true);

	@Test
	void whenUserKnowsPasswordThenHandlersSeeItWhereverTheyRun() {
		run(users(), (port) -> {
			try (RawPeer zed = peer(port, "zed")) {
				for (String route : List.of("executor", "loop", "mono", "future", "flux")) {
					assertThat(ask(zed, route)).as(route).isEqualTo("zed");
				}
			}
		});
	}

	@Test
	void whenReplyIsStreamThenItsPartsSeeTheUser() {
		run(users(), (port) -> {
			try (RawPeer zed = RawPeer.welcomed(port, Map.of("password", "zed's", "can", CAN_MORE))) {
				zed.send(Map.of("to", "flux", "id", 1), "");
				assertThat(zed.read().body().asText()).isEqualTo("zed");
			}
		});
	}

	@Test
	void whenPasswordIsWrongOrMissingOrUserIsUnknownThenPeerIsDeniedInTheSameWords() {
		run(users(), (port) -> {
			assertDenied(port, Map.of("user", "zed", "password", "guess"));
			assertDenied(port, Map.of("user", "nobody", "password", "guess"));
			assertDenied(port, Map.of("user", "zed"));
			assertDenied(port, Map.of("password", "zed's"));
			assertDenied(port, Map.of("user", "locked", "password", "locked's"));
		});
	}

	@Test
	void whenUsersCannotBeAskedForThenPeerIsToldToTryAgainAndLogSaysWhy(CapturedOutput output) {
		AuthenticationManager broken = (authentication) -> {
			throw new AuthenticationServiceException("the directory is down");
		};
		run(server().withBean(PetrichorAuthenticator.class, () -> new AuthenticationManagerAuthenticator(broken)),
				(port) -> {
					try (RawPeer peer = RawPeer.connect(port)) {
						assertThat(peer.request(Map.of("user", "zed", "password", "x"), "").header().asMap())
							.isEqualTo(Map.of("allowed", false, "error", "denied", "retry", 1000L));
					}
					assertThat(output).contains("the directory is down");
				});
	}

	@Test
	void whenMethodSecurityAllowsThenHandlerRunsAndElseItIsDeniedAndConnectionGoesOn() {
		run(users(), (port) -> {
			try (RawPeer zed = peer(port, "zed"); RawPeer ann = peer(port, "ann")) {
				for (String route : List.of("cancel", "cancel.mono", "cancel.loop", "roles")) {
					assertThat(ask(zed, route)).as(route).isEqualTo("cancelled by zed");
					Message denied = ann.request(Map.of("to", route), "");
					assertThat(denied.header().asMap()).as(route).isEqualTo(Map.of("error", "denied"));
					assertThat(denied.body().asText()).isEqualTo("denied");
				}
				assertThat(ask(ann, "executor")).isEqualTo("ann");
			}
		});
	}

	@Test
	void whenReactiveMethodSecurityDeniesThenReplySaysSo() {
		run(TestServer.with(Orders.class, Users.class, Reactive.class), (port) -> {
			try (RawPeer zed = peer(port, "zed"); RawPeer ann = peer(port, "ann")) {
				assertThat(ask(zed, "cancel.mono")).isEqualTo("cancelled by zed");
				assertThat(ann.request(Map.of("to", "cancel.mono"), "").header().text("error")).isEqualTo("denied");
			}
		});
	}

	@Test
	void whenPeerComesAnonymouslyOrByPropertiesThenMethodSecurityKnowsItToo() {
		run(server(), (port) -> {
			try (RawPeer nobody = RawPeer.welcomed(port)) {
				assertThat(ask(nobody, "executor")).isEqualTo("anonymousUser");
				assertThat(nobody.request(Map.of("to", "cancel"), "").header().text("error")).isEqualTo("denied");
			}
		});
		run(server().withPropertyValues("petrichor.server.authentication.tokens.batch.secret=s3cret",
				"petrichor.server.authentication.tokens.batch.roles=orders"), (port) -> {
					try (RawPeer batch = RawPeer.welcomed(port, Map.of("token", "s3cret"))) {
						assertThat(ask(batch, "executor")).isEqualTo("batch");
						assertThat(ask(batch, "cancel")).isEqualTo("cancelled by null");
					}
				});
	}

	@Test
	void whenTokenIsGoodThenItsScopesAreAuthoritiesAndHandlerGetsIt() {
		run(tokens(), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, Map.of("token", token(Duration.ofHours(1), KEY)))) {
				assertThat(ask(peer, "executor")).isEqualTo("batch");
				assertThat(ask(peer, "token")).isEqualTo("batch batch batch read");
				assertThat(ask(peer, "read")).isEqualTo("read");
				assertThat(peer.request(Map.of("to", "cancel"), "").header().text("error")).isEqualTo("denied");
			}
		});
	}

	@Test
	void whenTokenIsExpiredOrForgedOrGarbageThenPeerIsDenied() {
		run(tokens(), (port) -> {
			SecretKey other = new SecretKeySpec(
					"another key, which nobody here ever knew".getBytes(StandardCharsets.UTF_8), "HmacSHA256");
			String good = token(Duration.ofHours(1), KEY);
			assertDenied(port, Map.of("token", token(Duration.ofHours(-1), KEY)));
			assertDenied(port, Map.of("token", token(Duration.ofHours(1), other)));
			assertDenied(port, Map.of("token", good.substring(0, good.lastIndexOf('.') + 1)));
			assertDenied(port, Map.of("token", "garbage"));
			assertDenied(port, Map.of("token", ""));
			assertDenied(port, Map.of("user", "batch"));
		});
	}

	@Test
	void whenTokenRunsOutThenItsConnectionEndsAndSaysGoodbyeToWhomUnderstandsIt() {
		// A decoder takes a token up to a minute after its end, and so does a connection.
		run(tokens().withPropertyValues("petrichor.server.handshake.timeout=2s"), (port) -> {
			String token = token(Duration.ofSeconds(-56), KEY);
			try (RawPeer plain = RawPeer.welcomed(port, Map.of("token", token));
					RawPeer other = RawPeer.welcomed(port, Map.of("token", token, "can", Map.of("bye", true)))) {
				assertThat(ask(plain, "executor")).isEqualTo("batch");
				assertThat(plain.read()).isNull();
				assertThat(other.read().header().flag("bye")).isTrue();
				assertThat(other.request(Map.of("to", "executor"), "").header().text("error")).isEqualTo("going");
			}
		});
	}

	@Test
	void whenKeysCannotBeFetchedThenPeerIsToldToTryAgain() {
		JwtDecoder broken = (token) -> {
			throw new JwtException("no keys");
		};
		run(server().withBean(PetrichorAuthenticator.class, () -> new JwtAuthenticator(broken)), (port) -> {
			try (RawPeer peer = RawPeer.connect(port)) {
				assertThat(peer.request(Map.of("token", "x"), "").header().get("retry")).isEqualTo(1000L);
			}
		});
	}

	@Test
	void whenRequestsOfManyShareThreadThenNoContextIsLeftOnIt() {
		Queue<Object> leaked = new ConcurrentLinkedQueue<>();
		ServerListener loop = new ServerListener() {

			@Override
			public void bytesRead(int bytes) {
				leakedContext(leaked);
			}

		};
		ExecutorService thread = Executors.newSingleThreadExecutor();
		users().withBean(ServerListener.class, () -> loop)
			.withBean(PetrichorHandlerExecutor.class, () -> PetrichorHandlerExecutor.of(thread))
			.run((context) -> {
				int port = TestServer.port(context);
				try (RawPeer zed = peer(port, "zed"); RawPeer ann = peer(port, "ann")) {
					for (int i = 0; i < 50; i++) {
						for (String route : List.of("executor", "loop", "mono", "fail", "fail.loop", "cancel")) {
							zed.send(Map.of("to", route), "");
							ann.send(Map.of("to", route), "");
						}
						CountDownLatch looked = new CountDownLatch(1);
						thread.execute(() -> {
							leakedContext(leaked);
							looked.countDown();
						});
						assertReplies(zed, "zed", "cancelled by zed");
						assertReplies(ann, "ann", "denied");
						assertThat(looked.await(5, TimeUnit.SECONDS)).isTrue();
					}
				}
			});
		thread.shutdown();
		assertThat(leaked).isEmpty();
	}

	private static void assertReplies(RawPeer peer, String name, String cancelled) {
		for (int i = 0; i < 3; i++) {
			assertThat(peer.read().body().asText()).isEqualTo(name);
		}
		assertThat(peer.read().body().asText()).isEqualTo("no " + name);
		assertThat(peer.read().body().asText()).isEqualTo("no " + name);
		assertThat(peer.read().body().asText()).isEqualTo(cancelled);
	}

	private static void leakedContext(Queue<Object> leaked) {
		Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
		if (authentication != null) {
			leaked.add(authentication);
		}
	}

	@Test
	void whenInterceptorOfApplicationIsFirstOfItsOwnThenItSeesTheUser() {
		Queue<String> seen = new ConcurrentLinkedQueue<>();
		@Order(Integer.MIN_VALUE + 1)
		class Seeing implements PetrichorInterceptor {

			@Override
			public Object intercept(Request request, Handler next) throws Exception {
				seen.add(SecurityContextHolder.getContext().getAuthentication().getName());
				return next.handle(request);
			}

		}
		run(users().withBean(PetrichorInterceptor.class, Seeing::new), (port) -> {
			try (RawPeer zed = peer(port, "zed")) {
				ask(zed, "executor");
				assertThat(seen).containsExactly("zed");
			}
		});
	}

	@Test
	void whenSpringSecurityGuardsOnlyTheWebThenItNeitherOpensNorClosesThisServer() {
		ApplicationContextRunner web = TestServer.with(Orders.class, Web.class);
		run(web, (port) -> RawPeer.welcomed(port).close());
		web.withPropertyValues("petrichor.server.address=0.0.0.0")
			.run((context) -> assertThat(context).getFailure()
				.hasRootCauseInstanceOf(UnprotectedServerException.class));
		run(web.withBean(PetrichorAuthenticator.class, () -> (handshake) -> Decision.deny()), (port) -> {
			assertDenied(port, Map.of("user", "zed", "password", "zed's"));
			assertDenied(port, Map.of("token", token(Duration.ofHours(1), KEY)));
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "org.springframework.security.core", "org.springframework.security" })
	void whenSpringSecurityIsAbsentThenNothingOfItIsConfigured(String hidden) {
		TestServer.with(Plain.class).withClassLoader(new FilteredClassLoader(hidden)).run((context) -> {
			assertThat(context).hasNotFailed().doesNotHaveBean("petrichorSecurityContextInterceptor");
			RawPeer.welcomed(TestServer.port(context)).close();
		});
	}

	@Test
	void whenApplicationHasItsOwnThenOursBackOff() {
		SecurityContextInterceptor own = new SecurityContextInterceptor(
				SecurityContextHolder.getContextHolderStrategy());
		TestServer.with(Plain.class)
			.withBean("own", SecurityContextInterceptor.class, () -> own)
			.run((context) -> assertThat(context).getBean(SecurityContextInterceptor.class).isSameAs(own));
	}

	private static ApplicationContextRunner server() {
		return TestServer.with(Orders.class, Methods.class)
			.withPropertyValues("petrichor.server.authentication.penalty=0");
	}

	private static ApplicationContextRunner users() {
		return server().withUserConfiguration(Users.class);
	}

	private static ApplicationContextRunner tokens() {
		return server().withBean(PetrichorAuthenticator.class, () -> new JwtAuthenticator(decoder()));
	}

	private static void run(ApplicationContextRunner runner, TestServer.PortTest test) {
		TestServer.run(runner, test);
	}

	private static RawPeer peer(int port, String user) {
		return RawPeer.welcomed(port, Map.of("user", user, "password", user + "'s"));
	}

	private static String ask(RawPeer peer, String route) {
		Object answer = peer.request(Map.of("to", route), "").body().value();
		return String.valueOf((answer instanceof List<?> list) ? list.get(0) : answer);
	}

	private static void assertDenied(int port, Map<String, ?> handshake) {
		try (RawPeer peer = RawPeer.connect(port)) {
			Message denial = peer.request(handshake, "");
			assertThat(denial.header().asMap()).isEqualTo(Map.of("allowed", false, "error", "denied"));
			assertThat(denial.body().asText()).isEqualTo("denied");
			assertThat(peer.read()).isNull();
		}
	}

	private static JwtDecoder decoder() {
		return NimbusJwtDecoder.withSecretKey(KEY).macAlgorithm(MacAlgorithm.HS256).build();
	}

	private static String token(Duration left, SecretKey key) {
		Instant end = Instant.now().plus(left);
		JwtClaimsSet claims = JwtClaimsSet.builder()
			.subject("batch")
			.issuedAt(end.minus(Duration.ofHours(2)))
			.expiresAt(end)
			.claim("scope", "read")
			.build();
		return NimbusJwtEncoder.withSecretKey(key)
			.algorithm(MacAlgorithm.HS256)
			.build()
			.encode(JwtEncoderParameters.from(claims))
			.getTokenValue();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableMethodSecurity
	static class Methods {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableReactiveMethodSecurity
	static class Reactive {

	}

	@Configuration(proxyBeanMethods = false)
	static class Users {

		@Bean
		PetrichorAuthenticator authenticator() {
			return new AuthenticationManagerAuthenticator(new ProviderManager(
					new DaoAuthenticationProvider(new InMemoryUserDetailsManager(user("zed").roles("orders").build(),
							user("ann").roles("else").authorities("orders").build(),
							user("locked").roles("orders").accountLocked(true).build()))));
		}

		private static User.UserBuilder user(String name) {
			return User.withUsername(name).password("{noop}" + name + "'s");
		}

	}

	/** What an application has whose web part Spring Security guards. */
	@Configuration(proxyBeanMethods = false)
	static class Web {

		@Bean
		UserDetailsService users() {
			return new InMemoryUserDetailsManager(Users.user("zed").build());
		}

		@Bean
		AuthenticationManager authenticationManager(UserDetailsService users) {
			return new ProviderManager(new DaoAuthenticationProvider(users));
		}

		@Bean
		JwtDecoder jwtDecoder() {
			return decoder();
		}

	}

	static class Plain {

		@PetrichorHandler
		String hello() {
			return "hello";
		}

	}

	static class Orders {

		@PetrichorHandler("executor")
		String executor() {
			return name();
		}

		@PetrichorHandler(route = "loop", blocking = false)
		String loop() {
			return name();
		}

		@PetrichorHandler("mono")
		Mono<String> mono() {
			return Mono.delay(Duration.ofMillis(1)).then(reactiveName());
		}

		@PetrichorHandler("future")
		CompletableFuture<String> future() {
			return CompletableFuture.completedFuture(name());
		}

		@PetrichorHandler("flux")
		Flux<String> flux() {
			return Flux.interval(Duration.ofMillis(1)).take(3).flatMap((i) -> reactiveName());
		}

		@PetrichorHandler("fail")
		void fail() {
			throw new PetrichorException("app.no", "no " + name());
		}

		@PetrichorHandler(route = "fail.loop", blocking = false)
		void failOnLoop() {
			fail();
		}

		@PreAuthorize("hasRole('orders')")
		@PetrichorHandler("cancel")
		String cancel(@AuthenticationPrincipal UserDetails user) {
			return "cancelled by " + ((user != null) ? user.getUsername() : null);
		}

		@PreAuthorize("hasRole('orders')")
		@PetrichorHandler(route = "cancel.loop", blocking = false)
		String cancelOnLoop(@AuthenticationPrincipal UserDetails user) {
			return cancel(user);
		}

		@PreAuthorize("hasRole('orders')")
		@PetrichorHandler("cancel.mono")
		Mono<String> cancelLater(@AuthenticationPrincipal(expression = "username") String user) {
			return Mono.just("cancelled by " + user);
		}

		@PetrichorHandler(route = "roles", roles = "orders")
		String roles(Authentication user) {
			return "cancelled by " + user.getName();
		}

		@PreAuthorize("hasAuthority('SCOPE_read')")
		@PetrichorHandler("read")
		String read() {
			return "read";
		}

		@PetrichorHandler("token")
		String token(@AuthenticationPrincipal Jwt token,
				@AuthenticationPrincipal(expression = "subject") String subject,
				JwtAuthenticationToken authentication) {
			return token.getSubject() + " " + subject + " " + authentication.getName() + " "
					+ token.getClaimAsString("scope");
		}

		private static String name() {
			return SecurityContextHolder.getContext().getAuthentication().getName();
		}

		private static Mono<String> reactiveName() {
			return ReactiveSecurityContextHolder.getContext().map((context) -> context.getAuthentication().getName());
		}

	}

}
