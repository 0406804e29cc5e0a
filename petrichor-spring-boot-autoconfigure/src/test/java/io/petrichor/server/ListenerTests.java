package io.petrichor.server;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.petrichor.handler.Outcome;
import io.petrichor.handler.PetrichorException;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.handler.Request;
import io.petrichor.handler.RequestListener;
import io.petrichor.handler.RequestObservation;
import io.petrichor.protocol.ErrorCode;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;
import io.petrichor.tnetstring.TNetstring;

import static org.assertj.core.api.Assertions.assertThat;

class ListenerTests {

	private final List<String> events = new CopyOnWriteArrayList<>();

	@Test
	void whenPeerComesAndGoesThenListenerIsToldInOrder() {
		run((port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(peer.request(Map.of(), "hello").body().asText()).isEqualTo("hello");
			}
			awaitLast("closed PEER");
			assertThat(this.events).containsExactly("opened", "read 51", "pairs read 1 51 51", "ALLOWED",
					"pairs written 1", "read 11", "pairs read 1 11 11", "pairs written 1", "'' SUCCESS 1",
					"closed PEER");
		});
	}

	@Test
	void whenPeerIsDeniedThenListenerKnows() {
		run((port) -> {
			try (RawPeer peer = RawPeer.connect(port)) {
				peer.request(Map.of("user", "mallory"), "");
			}
			awaitLast("closed DENIED");
			assertThat(this.events).contains("DENIED");
		});
	}

	@Test
	void whenPeerBreaksProtocolThenListenerKnows() {
		run((port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				peer.send("x");
				assertThat(peer.read().header().text("error")).isEqualTo("bad_request");
			}
			awaitLast("closed PROTOCOL_ERROR");
			assertThat(this.events).contains("error BAD_REQUEST");
		});
	}

	@Test
	void whenPeerLeavesBeforeReplyThenItsRequestIsAbandoned() {
		run((port) -> {
			try (RawPeer peer = RawPeer.welcomed(port, Map.of("can", Map.of("re", 8)))) {
				peer.send(Map.of("to", "never", "id", 1), "");
				Awaitility.await().until(() -> this.events.contains("pairs read 1 29 29"));
			}
			awaitLast("closed PEER");
			assertThat(this.events).contains("'never' ABANDONED 1");
		});
	}

	@Test
	void whenRequestsEndDifferentlyThenEachOutcomeIsTold() {
		run((port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				peer.request(Map.of("to", "nowhere"), "");
				peer.request(Map.of("to", "fails"), "busy");
				peer.request(Map.of("to", "fails"), "app.sold_out");
			}
			awaitLast("closed PEER");
			assertThat(this.events).contains("'UNKNOWN' NO_ROUTE 1", "'fails' BUSY 1", "'fails' APP 1");
		});
	}

	@Test
	void whenRequestIsObservedThenScopeSurroundsHandlerAndFailureIsSeen() {
		RequestListener observing = new RequestListener() {

			@Override
			public RequestObservation accepted(Request request) {
				return new Observed();
			}

		};
		ApplicationContextRunner runner = TestServer.with(Handlers.class)
			.withBean(RequestListener.class, () -> observing);
		TestServer.run(runner, (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				peer.request(Map.of("to", "fails"), "conflict");
				peer.request(Map.of("to", "scoped"), "");
			}
			Awaitility.await().until(() -> this.events.size() == 6);
			assertThat(this.events).containsExactlyInAnyOrder("opened", "ended CONFLICT PetrichorException", "left",
					"opened", "ended SUCCESS null", "left");
		});
	}

	private void run(TestServer.PortTest test) {
		TestServer.run(TestServer.with(Handlers.class)
			.withBean(PetrichorAuthenticator.class,
					() -> (handshake) -> "mallory".equals(handshake.header().text("user")) ? Decision.deny()
							: Decision.allow(null))
			.withBean(Recorder.class, () -> new Recorder(this.events)), test);
	}

	private void awaitLast(String event) {
		Awaitility.await().until(() -> this.events.contains(event));
	}

	static class Handlers {

		@PetrichorHandler
		TNetstring echo(TNetstring body) {
			return body;
		}

		@PetrichorHandler("fails")
		void fails(String code) {
			throw new PetrichorException(code, "");
		}

		@PetrichorHandler("scoped")
		void scoped() {
		}

		@PetrichorHandler("never")
		Mono<Void> never() {
			return Mono.never();
		}

	}

	private final class Observed implements RequestObservation {

		@Override
		public Scope open() {
			ListenerTests.this.events.add("opened");
			return () -> ListenerTests.this.events.add("left");
		}

		@Override
		public void ended(Outcome outcome, Throwable failure) {
			String thrown = (failure != null) ? failure.getClass().getSimpleName() : "null";
			ListenerTests.this.events.add("ended " + outcome + " " + thrown);
		}

	}

	static class Recorder implements ServerListener, RequestListener {

		private final List<String> events;

		Recorder(List<String> events) {
			this.events = events;
		}

		@Override
		public void bytesRead(int bytes) {
			this.events.add("read " + bytes);
		}

		@Override
		public void pairsRead(int pairs, long bytes, int largest) {
			this.events.add("pairs read " + pairs + " " + bytes + " " + largest);
		}

		@Override
		public void pairsWritten(int pairs, int bytes, int largest) {
			assertThat(bytes).isGreaterThanOrEqualTo(largest);
			this.events.add("pairs written " + pairs);
		}

		@Override
		public void connectionOpened() {
			this.events.add("opened");
		}

		@Override
		public void connectionClosed(CloseReason reason) {
			this.events.add("closed " + reason);
		}

		@Override
		public void handshakeEnded(HandshakeOutcome outcome, long nanos) {
			assertThat(nanos).isPositive();
			this.events.add(outcome.name());
		}

		@Override
		public void protocolError(ErrorCode code) {
			this.events.add("error " + code);
		}

		@Override
		public void ended(String route, Outcome outcome, int requests, long nanos, long longest) {
			assertThat(longest).isPositive().isLessThanOrEqualTo(nanos);
			this.events.add("'" + route + "' " + outcome + " " + requests);
		}

	}

}
