package io.petrichor.handler;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.validation.annotation.Validated;

import io.petrichor.protocol.Message;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What Spring puts around beans holds for handlers.
 */
class HandlerBeanTests {

	@Test
	void whenHandlerIsTransactionalThenItRunsInATransactionThatEndsAsItDoes() {
		for (boolean byClass : new boolean[] { true, false }) {
			TestServer.with(byClass ? TransactionsByClass.class : TransactionsByInterface.class).run((context) -> {
				Transactions transactions = context.getBean(Transactions.class);
				try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
					assertThat(peer.request(Map.of("to", "accounts.move"), "ok").body().asText())
						.isEqualTo("active ok");
					assertThat(transactions.ended).containsExactly("committed");
					assertThat(peer.request(Map.of("to", "accounts.move"), "fail").header().text("error"))
						.isEqualTo("app.failed");
					assertThat(transactions.ended).containsExactly("committed", "rolled back");
				}
			});
		}
	}

	@Test
	void whenBodyIsValidatedByHibernateThenAllOfItsFieldsAreNamed() {
		TestServer.run(TestServer.with(Validating.class)
			.withConfiguration(AutoConfigurations.of(ValidationAutoConfiguration.class)), (port) -> {
				for (Map<String, ?> can : List.of(Map.<String, Object>of(), Map.of("can", Map.of("re", 8)))) {
					try (RawPeer peer = RawPeer.welcomed(port, can)) {
						Map<String, Object> good = Map.of("limit", 0, "name", "n", "lines",
								List.of(Map.of("quantity", 1)));
						assertThat(peer.request(Map.of("to", "valid", "id", 1), good).body().asText()).isEqualTo("ok");
						Map<String, Object> bad = Map.of("limit", 0, "name", " ", "lines",
								List.of(Map.of("quantity", 0)));
						Message reply = peer.request(Map.of("to", "valid", "id", 2), bad);
						assertThat(reply.header().text("error")).isEqualTo("bad_request");
						assertThat(fields(reply)).containsOnlyKeys("name", "lines[0].quantity")
							.containsEntry("name", "must not be blank");
					}
				}
			});
	}

	@Test
	void whenGroupsAreNamedThenOnlyTheirConstraintsCount() {
		TestServer.run(TestServer.with(Validating.class)
			.withConfiguration(AutoConfigurations.of(ValidationAutoConfiguration.class)), (port) -> {
				try (RawPeer peer = RawPeer.welcomed(port)) {
					Message reply = peer.request(Map.of("to", "strict"),
							Map.of("name", "", "lines", List.of(), "limit", 1));
					assertThat(fields(reply)).containsOnlyKeys("limit");
				}
			});
	}

	@Test
	void whenClassHasRolesThenTheyHoldForMethodsWithoutTheirOwn() {
		TestServer.run(TestServer.with(ForStaff.class, LetIn.class), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, Map.of("roles", List.of("staff")))) {
				assertThat(peer.request(Map.of("to", "staff.list"), "").body().asText()).isEqualTo("list");
				assertThat(peer.request(Map.of("to", "staff.drop"), "").header().text("error")).isEqualTo("denied");
			}
			try (RawPeer peer = RawPeer.welcomed(port, Map.of("roles", List.of("admin")))) {
				assertThat(peer.request(Map.of("to", "staff.list"), "").header().text("error")).isEqualTo("denied");
				assertThat(peer.request(Map.of("to", "staff.drop"), "").body().asText()).isEqualTo("drop");
			}
			try (RawPeer peer = RawPeer.welcomed(port, Map.of("roles", List.of()))) {
				assertThat(peer.request(Map.of("to", "staff.list"), "").header().text("error")).isEqualTo("denied");
				assertThat(peer.request(Map.of("to", "staff.drop"), "").header().text("error")).isEqualTo("denied");
			}
		});
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> fields(Message reply) {
		return (Map<String, Object>) reply.body().asMap().get("fields");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(proxyTargetClass = true)
	static class TransactionsByClass {

		@Bean
		Accounts accounts() {
			return new Accounts();
		}

		@Bean
		Transactions transactions() {
			return new Transactions();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(proxyTargetClass = false)
	static class TransactionsByInterface {

		@Bean
		Moving accounts() {
			return new AccountsBehindInterface();
		}

		@Bean
		Transactions transactions() {
			return new Transactions();
		}

	}

	@PetrichorHandler("accounts")
	static class Accounts {

		@Transactional
		@PetrichorHandler("move")
		public String move(String body) {
			if (body.equals("fail")) {
				throw new PetrichorException("app.failed", "failed");
			}
			return (TransactionSynchronizationManager.isActualTransactionActive() ? "active " : "none ") + body;
		}

	}

	interface Moving {

		String move(String body);

	}

	@PetrichorHandler("accounts")
	static class AccountsBehindInterface extends Accounts implements Moving {

	}

	/** A transaction manager that remembers how its transactions ended. */
	static class Transactions extends AbstractPlatformTransactionManager {

		private static final long serialVersionUID = 1L;

		final transient List<String> ended = new CopyOnWriteArrayList<>(new ArrayList<>());

		@Override
		protected Object doGetTransaction() {
			return new Object();
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
			this.ended.add("committed");
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
			this.ended.add("rolled back");
		}

	}

	interface Strict {

	}

	record Line(@Min(1) int quantity) {
	}

	record Form(@NotBlank String name, List<@Valid Line> lines, @Min(value = 10, groups = Strict.class) int limit) {
	}

	@Component
	static class Validating {

		@PetrichorHandler("valid")
		String valid(@Valid Form form) {
			return "ok";
		}

		@PetrichorHandler("strict")
		String strict(@Validated(Strict.class) Form form) {
			return "ok";
		}

	}

	@PetrichorHandler(route = "staff", roles = "staff")
	static class ForStaff {

		@PetrichorHandler("list")
		String list() {
			return "list";
		}

		@PetrichorHandler(route = "drop", roles = { "admin", "owner" })
		String drop() {
			return "drop";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LetIn {

		@Bean
		PetrichorAuthenticator authenticator() {
			return (handshake) -> Decision.allow(() -> "zed")
				.withRoles(((List<?>) handshake.header().get("roles")).stream()
					.map(String::valueOf)
					.toArray(String[]::new));
		}

	}

}
