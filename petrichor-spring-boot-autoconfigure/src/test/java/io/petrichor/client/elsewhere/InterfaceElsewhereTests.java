package io.petrichor.client.elsewhere;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.petrichor.client.PetrichorClient;
import io.petrichor.client.PetrichorClientProxyFactory;
import io.petrichor.handler.Header;
import io.petrichor.handler.PetrichorExchange;
import io.petrichor.protocol.Message;
import io.petrichor.testing.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Interfaces that only their own package sees, which is not the client's.
 */
@Timeout(60)
class InterfaceElsewhereTests {

	private final ScriptedServer server = ScriptedServer.plain((peer) -> {
		for (Message request; (request = peer.read()) != null;) {
			peer.send(request.header().asMap(), request.header().text("to") + " " + request.body().asText());
		}
	});

	private final PetrichorClient client = PetrichorClient.builder().address(this.server.address()).build();

	@AfterEach
	void close() {
		this.client.close();
		this.server.close();
	}

	@Test
	void whenMethodHasABodyThenItRuns() {
		WithBodies proxy = create(WithBodies.class);
		assertThat(proxy.twice("a")).isEqualTo("one a, one a");
		assertThat(proxy.inherited()).isEqualTo("one base");
		assertThatIllegalStateException().isThrownBy(proxy::fail).withMessage("as it is");
	}

	@Test
	void whenMethodIsStaticThenItIsNoCall() {
		assertThat(create(WithStatic.class).one("a")).isEqualTo("one a");
		assertThat(WithStatic.name()).isEqualTo("static");
	}

	@Test
	void whenMethodIsOverriddenThenItsAnnotationsCount() {
		Overriding proxy = create(Overriding.class);
		assertThat(proxy.one("a")).isEqualTo("one a");
		assertThat(proxy.with("t1", "b")).isEqualTo("with b");
	}

	private <T> T create(Class<T> type) {
		return PetrichorClientProxyFactory.of(this.client).create(type);
	}

	interface Base {

		@PetrichorExchange("one")
		String one(String body);

		@PetrichorExchange("with")
		String with(@Header("tenant") String tenant, String body);

		default String inherited() {
			return one("base");
		}

	}

	interface WithBodies extends Base {

		default String twice(String body) {
			return one(body) + ", " + one(body);
		}

		default void fail() {
			throw new IllegalStateException("as it is");
		}

	}

	interface WithStatic extends Base {

		static String name() {
			return "static";
		}

	}

	interface Overriding extends Base {

		@Override
		String one(String body);

		@Override
		String with(String tenant, String body);

	}

}
