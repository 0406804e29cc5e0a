package io.petrichor.client;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

import io.petrichor.handler.Outcome;
import io.petrichor.protocol.Message;
import io.petrichor.testing.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The end of a call reaches its caller, whatever those do who are told of it as well.
 */
@Timeout(60)
class CallEndTests {

	@Test
	void whenObserverFailsThenCallerGetsTheReply() throws Exception {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo);
				PetrichorClient client = client(server).observer((request) -> CallEndTests::fail).build()) {
			assertThat(client.request().body("async").retrieveAsync(String.class).get(5, TimeUnit.SECONDS))
				.isEqualTo("async");
			assertThat(client.request().body("here").retrieve(String.class)).isEqualTo("here");
			assertThat(client.request().body("later").retrieveMono(String.class).block(Duration.ofSeconds(5)))
				.isEqualTo("later");
			client.request().send().get(5, TimeUnit.SECONDS);
			assertThat(server.accepted()).isOne();
		}
	}

	@Test
	void whenListenerFailsThenCallerGetsTheReplyAndConnectionGoesOn() throws Exception {
		ClientListener failing = new ClientListener() {

			@Override
			public void callsEnded(String route, Outcome outcome, int calls, long nanos, long longest) {
				throw new IllegalStateException("a bug");
			}

		};
		try (ScriptedServer server = ScriptedServer.plain((peer) -> {
			for (Message request; (request = peer.read()) != null;) {
				peer.send(request.body().asText().equals("bad") ? Map.of("error", "app.bad") : Map.of(),
						request.body());
			}
		}); PetrichorClient client = client(server).clientListener((of) -> failing).build()) {
			assertThat(client.request().body("async").retrieveAsync(String.class).get(5, TimeUnit.SECONDS))
				.isEqualTo("async");
			assertThatExceptionOfType(PetrichorRemoteException.class)
				.isThrownBy(() -> client.request().body("bad").retrieve(String.class));
			assertThat(client.request().body("here").retrieve(String.class)).isEqualTo("here");
			assertThat(server.accepted()).isOne();
		}
	}

	@Test
	void whenSubscriberCancelsAtOnceThenObserverIsToldOfTheEnd() {
		AtomicInteger begun = new AtomicInteger();
		AtomicInteger ended = new AtomicInteger();
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo);
				PetrichorClient client = client(server).observer((request) -> {
					begun.incrementAndGet();
					return (outcome, failure) -> ended.incrementAndGet();
				}).build()) {
			client.connect();
			client.request().retrieveMono(String.class).subscribe(new Cancelling());
			client.request().retrieveFlux(String.class).subscribe(new Cancelling());
			assertThat(begun).hasValue(2);
			assertThat(ended).hasValue(2);
		}
	}

	private static final class Cancelling extends BaseSubscriber<String> {

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			subscription.cancel();
		}

	}

	private static void fail(Outcome outcome, @Nullable Throwable failure) {
		throw new IllegalStateException("a bug");
	}

	private static PetrichorClient.Builder client(ScriptedServer server) {
		return PetrichorClient.builder().address(server.address()).requestTimeout(Duration.ofSeconds(2));
	}

}
