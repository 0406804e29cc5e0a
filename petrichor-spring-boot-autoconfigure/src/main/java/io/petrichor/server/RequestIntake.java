package io.petrichor.server;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.petrichor.handler.RequestLane;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.Message;
import io.petrichor.protocol.PairInput;
import io.petrichor.protocol.ProtocolException;

/**
 * Takes pairs from what was read, as many as there is room for, and brings each to where
 * it belongs: the first to the handshake, requests to the lane, replies to those who wait
 * for them. Event loop only.
 */
final class RequestIntake {

	private static final Log logger = LogFactory.getLog(RequestIntake.class);

	private final Lifecycle life;

	private final PairInput in;

	private final Outbound out;

	private final HandshakePhase handshake;

	private final PushedRequests pushed;

	private final Peer peer;

	private final RequestLane lane;

	private final ReadingPace pace;

	private boolean consuming;

	RequestIntake(Lifecycle life, PairInput in, Outbound out, HandshakePhase handshake, PushedRequests pushed,
			Peer peer, RequestLane lane, ReadingPace pace) {
		this.life = life;
		this.in = in;
		this.out = out;
		this.handshake = handshake;
		this.pushed = pushed;
		this.peer = peer;
		this.lane = lane;
		this.pace = pace;
	}

	/** All of one read has been taken, or there is room again: go on. */
	void advance() {
		this.lane.readComplete();
		this.out.flush();
		while (this.in.hasUnread() && hasRoom()) {
			int before = this.in.unread();
			consume();
			this.lane.readComplete();
			this.out.flush();
			if (this.in.unread() == before) {
				break;
			}
		}
		// Before the decision to read, which looks at it.
		this.pace.account();
	}

	/** Take and start as much of what was read as there is room for. */
	void consume() {
		if (this.consuming) {
			return;
		}
		this.consuming = true;
		try {
			while (this.in.isReadable() && hasRoom()) {
				Message message = this.in.next();
				if (message == null) {
					break;
				}
				received(message);
			}
		}
		catch (ProtocolException ex) {
			this.life.because(CloseReason.PROTOCOL_ERROR);
			logger
				.debug("Connection %s is closed after a protocol error: %s".formatted(this.peer.id(), ex.getMessage()));
			end();
		}
		finally {
			this.consuming = false;
		}
		this.in.taken();
	}

	/** Take nothing more: what was taken is answered, then the connection is closed. */
	void end() {
		this.handshake.end();
		this.life.end();
	}

	private void received(Message message) {
		if (this.life.state() == ConnectionState.HANDSHAKE) {
			this.handshake.received(message);
		}
		else if (isReply(message.header())) {
			this.pushed.answered(message);
		}
		else {
			this.lane.accept(message, this.in.lastRead());
		}
	}

	private boolean isReply(Header header) {
		return !header.isEmpty() && !this.peer.capabilities().plain() && header.has(HeaderKeys.RE);
	}

	/**
	 * Whether more is to be read. During the decision only to notice that the peer is
	 * gone: what comes then is kept as it is, and no more is read.
	 */
	boolean wantsMore() {
		return !this.in.hasUnread() && !this.in.isEnded() && this.life.state() != ConnectionState.ENDING
				&& (this.life.state() == ConnectionState.DECIDING || hasRoom());
	}

	private boolean hasRoom() {
		return switch (this.life.state()) {
			case HANDSHAKE -> true;
			case OPEN, GOING, ENDING -> this.pace.hasRoom();
			default -> false;
		};
	}

}
