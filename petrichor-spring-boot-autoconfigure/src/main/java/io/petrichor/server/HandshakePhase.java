package io.petrichor.server;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.Capabilities;
import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.Message;
import io.petrichor.protocol.PairInput;
import io.petrichor.protocol.ProtocolException;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.Handshake;
import io.petrichor.tnetstring.TNetstring;

/**
 * What comes before the first request: TLS, the first pair, the question whether its peer
 * is let in, the answer. How it ended is told once. Event loop only.
 */
final class HandshakePhase {

	private final PetrichorServer server;

	private final Authentication authentication;

	private final Admission.Place place;

	private final Channel channel;

	private final PairInput in;

	private final Outbound out;

	private final Lifecycle life;

	private final Peer peer;

	private final Consumer<Decision.Allowed> letIn;

	private Authentication.@Nullable Attempt attempt;

	private boolean ended;

	/**
	 * Create the phase, which begins with the accept.
	 * @param server who asks to be let in to what
	 * @param authentication who decides
	 * @param place the peer's place at the server
	 * @param channel the connection
	 * @param in what comes from the peer
	 * @param out where the answer goes
	 * @param life told of the steps
	 * @param peer the peer
	 * @param letIn told of the decision when the peer is let in and its answer is written
	 */
	HandshakePhase(PetrichorServer server, Authentication authentication, Admission.Place place, Channel channel,
			PairInput in, Outbound out, Lifecycle life, Peer peer, Consumer<Decision.Allowed> letIn) {
		this.server = server;
		this.authentication = authentication;
		this.place = place;
		this.channel = channel;
		this.in = in;
		this.out = out;
		this.life = life;
		this.peer = peer;
		this.letIn = letIn;
	}

	/** TLS has been set up, or could not be: then its handler closes the connection. */
	void tls(SslHandshakeCompletionEvent event) {
		this.server.listener().tlsHandshakeEnded(event.isSuccess(), this.life.age(System.nanoTime()));
		if (!event.isSuccess()) {
			this.life.because(CloseReason.ERROR);
			this.server.strangers().tlsFailed(event.cause(), this.channel);
		}
	}

	/** Whether these bytes are the first, and of another protocol. */
	boolean isForeign(ByteBuf bytes) {
		if (this.life.state() != ConnectionState.HANDSHAKE || this.in.isPartial()) {
			return false;
		}
		@Nullable String protocol = ForeignProtocol.of(bytes);
		if (protocol != null) {
			this.server.strangers().speak(protocol, this.channel);
			this.server.listener().protocolError(ErrorCode.BAD_REQUEST);
			this.life.because(CloseReason.PROTOCOL_ERROR);
		}
		return protocol != null;
	}

	/** The first pair: ask who decides, who answers when this method has returned. */
	void received(Message first) {
		this.life.decide();
		Handshake handshake = new Handshake(first.header(), first.body(), this.peer.remoteAddress(),
				ServerTls.peerCertificates(this.channel));
		this.peer.claims(handshake);
		this.attempt = this.authentication.decide(handshake, this.channel.eventLoop(), this::decided);
	}

	private void decided(Decision decision) {
		if (this.life.state() == ConnectionState.DECIDING) {
			if (decision instanceof Decision.Allowed allowed) {
				allow(allowed);
				this.letIn.accept(allowed);
			}
			else if (decision instanceof Decision.Denied denied) {
				deny(denied);
			}
		}
	}

	private void allow(Decision.Allowed decision) {
		this.attempt = null;
		this.place.allowed();
		this.peer.allowed(decision);
		Capabilities capabilities = this.peer.capabilities();
		this.in.limits(this.server.limits().message());
		this.out.limit(capabilities.max());
		this.life.open();
		ended(HandshakeOutcome.ALLOWED);
		ServerIdentity identity = this.server.identity();
		TNetstring welcome = decision.welcome();
		this.out.write(welcome(identity, decision, capabilities), (welcome != null) ? welcome : identity.welcome());
		// Before the flush, so that who is welcome is found; after the welcome, so that
		// nobody's push is read instead of it.
		this.server.joined(this.peer);
	}

	private Header welcome(ServerIdentity identity, Decision.Allowed decision, Capabilities capabilities) {
		Map<String, Object> header = new LinkedHashMap<>();
		header.put(HeaderKeys.IDENT, identity.ident());
		header.put(HeaderKeys.VERSION, identity.version());
		header.putAll(decision.replyHeader().asMap());
		header.remove(HeaderKeys.CAN);
		header.put(HeaderKeys.ALLOWED, true);
		if (!capabilities.plain()) {
			header.put(HeaderKeys.CAN, this.server.limits().capabilities().asMap());
		}
		return Header.of(header);
	}

	private void deny(Decision.Denied decision) {
		boolean failed = decision != Authentication.NOT_NOW;
		try {
			if (failed) {
				this.place.failed();
			}
			ended(failed ? HandshakeOutcome.DENIED : HandshakeOutcome.ERROR);
		}
		finally {
			// Whatever goes wrong with the counting, the peer waits for an answer.
			this.life.because(CloseReason.DENIED);
			deny(ErrorCode.DENIED, decision.reason(), decision.retry());
		}
	}

	private void deny(ErrorCode code, String reason, @Nullable Duration retry) {
		Map<String, Object> header = new LinkedHashMap<>();
		header.put(HeaderKeys.ALLOWED, false);
		header.put(HeaderKeys.ERROR, code.wireName());
		if (retry != null) {
			header.put(HeaderKeys.RETRY, retry.toMillis());
		}
		this.out.write(Header.of(header), TNetstring.of(reason));
		this.life.linger();
	}

	/** The first pair will not come. Does nothing if it has. */
	void end() {
		if (this.life.state() == ConnectionState.HANDSHAKE) {
			ProtocolException failure = this.in.failure();
			if (failure != null) {
				deny(failure.code(), String.valueOf(failure.getMessage()), null);
			}
			else {
				this.life.linger();
			}
		}
	}

	/** The server stops: who has no decision yet is sent away. */
	void drain() {
		end();
		if (this.life.state() == ConnectionState.DECIDING && cancel()) {
			deny(ErrorCode.GOING, "the server is about to stop", Duration.ofSeconds(1));
		}
	}

	/** Says whether there was no decision. */
	private boolean cancel() {
		return this.attempt != null && this.attempt.cancel();
	}

	/**
	 * Nobody has decided in time. Says whether anybody was asked, and the peer is told.
	 */
	boolean expire() {
		Authentication.@Nullable Attempt attempt = this.attempt;
		if (this.life.state() != ConnectionState.DECIDING || attempt == null) {
			return false;
		}
		ended(HandshakeOutcome.TIMEOUT);
		this.life.because(CloseReason.HANDSHAKE_TIMEOUT);
		attempt.expire();
		return true;
	}

	/** The connection is gone, after a decision or without. */
	void closed() {
		ended((this.life.reason() == CloseReason.HANDSHAKE_TIMEOUT) ? HandshakeOutcome.TIMEOUT
				: HandshakeOutcome.ERROR);
		cancel();
	}

	private void ended(HandshakeOutcome outcome) {
		if (!this.ended) {
			this.ended = true;
			this.server.listener().handshakeEnded(outcome, this.life.age(System.nanoTime()));
		}
	}

}
