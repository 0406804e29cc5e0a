package io.petrichor.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authentication.dao.DaoAuthenticationProvider;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;

import io.petrichor.autoconfigure.PetrichorMessageProperties;
import io.petrichor.autoconfigure.PetrichorServerProperties;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.Message;
import io.petrichor.security.AuthenticationManagerAuthenticator;
import io.petrichor.security.JwtAuthenticator;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.Repository;
import io.petrichor.testing.TestServer;

import static java.util.Map.of;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What docs/security.md shows is what works.
 */
class SecurityPageTests {

	private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

	private static final Pattern PROPERTY = Pattern.compile("^petrichor\\.server\\.([a-z.-]+)", Pattern.MULTILINE);

	private static final Pattern LIMIT = Pattern.compile("^\\| `([a-z.-]+)`", Pattern.MULTILINE);

	@Test
	void theJavaOfThePageIsTheOneTestedHere() throws IOException {
		String source = Files.readString(Repository.root()
			.resolve("petrichor-spring-boot-autoconfigure/src/test/java/io/petrichor/server/SecurityPageTests.java"));
		List<String> blocks = BLOCK.matcher(page()).results().map((block) -> block.group(1)).toList();
		assertThat(blocks).hasSize(4);
		assertThat(squeeze(source)).contains(blocks.stream().map(SecurityPageTests::squeeze).toList());
	}

	@Test
	void theJavaOfThePageWorks() {
		TestServer.run(
				TestServer.with(Orders.class, Rule.class).withBean(Users.class, () -> (user, key) -> "k".equals(key)),
				(port) -> {
					try (RawPeer peer = RawPeer.welcomed(port, of("key", "k"))) {
						Message reply = peer.request(of("to", "orders.cancel"), "1");
						assertThat(reply.header().text("error")).isEqualTo("denied");
					}
					try (RawPeer peer = RawPeer.connect(port)) {
						assertThat(peer.request(of("user", "zed", "key", "x"), "").header().flag("allowed")).isFalse();
					}
				});
	}

	@Test
	void whatThePageSaysOfSpringSecurityWorks() {
		TestServer.run(TestServer.with(Refunds.class, WithSpringSecurity.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, of("password", "zed's"))) {
				assertThat(peer.request(of("to", "orders.refund"), "7").body().asText()).isEqualTo("7 refunded by zed");
			}
			try (RawPeer peer = RawPeer.connect(port)) {
				assertThat(peer.request(of("token", "garbage"), "").header().flag("allowed")).isFalse();
			}
		});
	}

	@Test
	void thePropertiesOfThePageExist() throws IOException {
		String metadata;
		try (InputStream in = PetrichorServerProperties.class
			.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			metadata = new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
		String page = page();
		Set<String> names = PROPERTY.matcher(page)
			.results()
			.map((result) -> result.group(1).replaceAll("(users|tokens|server-name-bundles).*", "$1"))
			.collect(Collectors.toSet());
		LIMIT.matcher(page)
			.results()
			.map(MatchResult::group)
			.forEach((limit) -> names.add(limit.replaceAll("[|` ]", "")));
		assertThat(names).hasSizeGreaterThan(10)
			.allSatisfy((name) -> assertThat(metadata).contains("\"petrichor.server." + name + "\""));
	}

	@Test
	void theDefaultsOfThePageAreTheDefaults() throws IOException {
		PetrichorServerProperties defaults = new PetrichorServerProperties();
		assertThat(page()).contains("`max-connections` | " + defaults.getMaxConnections(),
				"`max-connections-per-address` | " + defaults.getMaxConnectionsPerAddress(),
				"`handshake.max-pending` | " + defaults.getHandshake().getMaxPending(),
				"`handshake.max-pending-per-address` | " + defaults.getHandshake().getMaxPendingPerAddress(),
				"`handshake.timeout` | " + defaults.getHandshake().getTimeout().toSeconds() + "s",
				"`handshake.max-size` | " + defaults.getHandshake().getMaxSize().toKilobytes() + "KB",
				"`authentication.failures-per-minute` | " + defaults.getAuthentication().getFailuresPerMinute(),
				"(" + defaults.getAuthentication().getPenalty().toSeconds() + "s)");
		PetrichorMessageProperties message = defaults.getMessage();
		assertThat(page()).contains("`message.max-header-size` | " + message.getMaxHeaderSize().toKilobytes() + "KB",
				"`message.max-body-size` | " + message.getMaxBodySize().toMegabytes() + "MB",
				"`message.max-depth` | " + message.getMaxDepth(),
				"`message.max-elements` | " + message.getMaxElements(),
				"`message.max-number-length` | " + message.getMaxNumberLength(),
				"`message.timeout` | " + message.getTimeout().toSeconds() + "s",
				"`idle-timeout` | " + defaults.getIdleTimeout().toMinutes() + "m",
				"`dispatch.max-in-flight` | " + defaults.getDispatch().getMaxInFlight(),
				"`dispatch.timeout` | " + defaults.getDispatch().getTimeout().toSeconds() + "s",
				"`dispatch.queue` | " + defaults.getDispatch().getQueue(),
				"`outbound.max-pending` | " + defaults.getOutbound().getMaxPending().toMegabytes() + "MB",
				"`outbound.write-timeout` | " + defaults.getOutbound().getWriteTimeout().toSeconds() + "s");
	}

	private static String page() throws IOException {
		return Files.readString(Repository.root().resolve("docs/security.md"));
	}

	private static String squeeze(String text) {
		return text.replaceAll("\\s+", " ").strip();
	}

	/** Who the users are. */
	interface Users {

		boolean check(String user, String key);

	}

	@Configuration(proxyBeanMethods = false)
	static class Rule {

		// @formatter:off
		@Bean
		PetrichorAuthenticator authenticator(Users users) {
			return (handshake) -> users.check(handshake.header("user"), handshake.header("key"))
					? Decision.allow(handshake::user) : Decision.deny();
		}
		// @formatter:on

	}

	@Configuration(proxyBeanMethods = false)
	@EnableMethodSecurity
	static class WithSpringSecurity {

		@Bean
		AuthenticationManager authenticationManager() {
			return new ProviderManager(new DaoAuthenticationProvider(new InMemoryUserDetailsManager(
					User.withUsername("zed").password("{noop}zed's").roles("orders").build())));
		}

		@Bean
		JwtDecoder jwtDecoder() {
			return (token) -> {
				throw new BadJwtException("not one of ours");
			};
		}

		// @formatter:off
		@Bean
		PetrichorAuthenticator users(AuthenticationManager manager) {
			return new AuthenticationManagerAuthenticator(manager);
		}

		@Bean
		PetrichorAuthenticator tokens(JwtDecoder decoder) {
			return new JwtAuthenticator(decoder);
		}
		// @formatter:on

	}

	static class Refunds {

		// @formatter:off
		@PreAuthorize("hasRole('orders')")
		@PetrichorHandler("orders.refund")
		String refund(String id, @AuthenticationPrincipal UserDetails user) {
			return id + " refunded by " + user.getUsername();
		}
		// @formatter:on

	}

	static class Orders {

		// @formatter:off
		@PetrichorHandler(route = "orders.cancel", roles = "orders")
		void cancel(String id) {
		}
		// @formatter:on

	}

}
