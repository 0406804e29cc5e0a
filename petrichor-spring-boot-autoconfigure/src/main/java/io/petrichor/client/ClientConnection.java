package io.petrichor.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

/**
 * A connection to a server that has let the client in, until its close: calls out,
 * replies in. All of it happens on the event loop of the client.
 */
final class ClientConnection implements PairReceiver {

	private enum State {

		/** Calls are sent and answered. */
		OPEN,
		/** No more calls are sent, the open ones are answered. */
		LEAVING,
		/** Gone. */
		CLOSED

	}

	private final Session session;

	private final DeadlineTimer timer;

	private final PairChannel channel;

	private final PairReader reader;

	private final PairWriter writer;

	private final ServerPeer server;

	private final CallLane calls;

	private final ServerRequests requests;

	private final int maxReply;

	private State state = State.OPEN;

	private final long opened = System.nanoTime();

	private final long trial;

	private boolean proven;

	ClientConnection(Session session, ClientSettings settings, DeadlineTimer timer, PairChannel channel,
			PairWriter writer, ServerPeer server) {
		this.session = session;
		this.timer = timer;
		this.channel = channel;
		this.reader = channel.reader();
		this.writer = writer;
		this.server = server;
		this.calls = new CallLane(writer, server.capabilities(), settings.maxInFlight());
		this.requests = new ServerRequests(settings, timer, channel.socket().eventLoop(), server, writer,
				this::readComplete);
		Backoff reconnect = settings.reconnect();
		this.trial = (reconnect != null) ? reconnect.max().toNanos() : 0;
		this.maxReply = settings.limits().maxBodySize();
	}

	ServerPeer server() {
		return this.server;
	}

	/**
	 * Whether its loss is not a failure to connect: it has been of use, or has lived for
	 * as long as the longest wait between connects.
	 */
	boolean isProven() {
		return this.proven || System.nanoTime() - this.opened >= this.trial;
	}

	// Calls out

	/** How many of its calls wait for replies. */
	int inFlight() {
		return this.calls.inFlight();
	}

	/** Whether another call can be sent now. */
	boolean hasRoom() {
		return this.state == State.OPEN && this.calls.hasRoom();
	}

	/** Send a call; the session flushes. */
	void send(Call call, long now) {
		long max = this.server.capabilities().max();
		long size = (max > 0) ? this.calls.size(call) : 0;
		if (size > max) {
			call.fail(new PetrichorTooBigException(size, max));
			return;
		}
		if (this.calls.send(call, now)) {
			call.connection = this;
		}
		call.written();
	}

	void flush() {
		this.writer.flush();
	}

	@Override
	public void writable() {
		this.session.progress();
	}

	/** A call that was sent has been ended by its caller or its deadline. */
	void forget(Call call) {
		if (this.calls.forget(call)) {
			cancel(call.id);
		}
		release();
		closeIfIdle();
	}

	private void cancel(long number) {
		this.calls.cancel(number);
		if (this.calls.isNeglected()) {
			close(DisconnectReason.SILENT,
					new PetrichorProtocolException("the server leaves requests unanswered", false, null));
		}
	}

	// Replies in

	/** The most bytes of a reply. */
	int maxReply() {
		return this.maxReply;
	}

	@Override
	public void received(Message message) {
		Long number = this.calls.isByNumber() ? message.header().integer(HeaderKeys.RE) : null;
		if (number != null) {
			Call call = this.calls.answered(number, message, this.reader.lastRead());
			if (call != null) {
				answered(call, message);
			}
		}
		else if (!this.server.capabilities().plain() && isNotice(message)) {
			return;
		}
		else if (this.calls.isByNumber()) {
			this.proven = true;
			this.requests.accept(message, this.reader.lastRead());
		}
		else {
			answered(this.calls.answered(), message);
		}
	}

	private void answered(Call call, Message message) {
		call.connection = null;
		this.proven = true;
		String code = PetrichorRemoteException.code(message.header());
		if (code != null && !call.begun && PetrichorRemoteException.isNotExecuted(code)) {
			Duration retry = Welcome.retry(message.header());
			if (code.equals(ErrorCode.GOING.wireName())) {
				leave(retry);
				retry = null;
			}
			if (this.session.resend(call, retry)) {
				return;
			}
		}
		call.complete(message);
	}

	/** Whether it was something of the protocol itself. */
	private boolean isNotice(Message message) {
		Header header = message.header();
		if (header.flag(HeaderKeys.BYE)) {
			leave(Welcome.retry(header));
			return true;
		}
		if (header.flag(HeaderKeys.PING)) {
			this.proven = true;
			Long number = header.integer(HeaderKeys.ID);
			this.writer.write((number != null) ? Header.of(HeaderKeys.RE, number) : Header.EMPTY, TNetstring.NULL);
			return true;
		}
		String code = this.calls.isByNumber() ? PetrichorRemoteException.code(header) : null;
		if (code != null) {
			close(DisconnectReason.SERVER,
					new PetrichorProtocolException(
							"the server gave up the connection: %s, %s".formatted(code, Welcome.text(message.body())),
							false, null));
			return true;
		}
		return false;
	}

	/** Go on with whatever became possible. */
	@Override
	public void readComplete() {
		if (this.state == State.CLOSED) {
			return;
		}
		this.reader.receive();
		this.requests.readComplete();
		this.session.progress();
		this.writer.flush();
		if (this.writer.isUnread()) {
			close(DisconnectReason.SLOW_CONSUMER, new PetrichorConnectionException(
					"the server does not read the answers to what it asks", false, null));
			return;
		}
		closeIfIdle();
		this.channel.readOn();
	}

	/**
	 * Read no more until {@link #release}.
	 * @param until when to look after it, from {@link System#nanoTime()}
	 */
	void hold(long until) {
		if (!this.reader.isPaused()) {
			this.reader.pause();
			this.timer.watch(until);
		}
	}

	/** Look whether there is any stream left that must be waited for. */
	void release() {
		if (this.state != State.CLOSED && this.reader.isPaused() && !this.calls.hasFullStream()) {
			this.reader.resume();
			// Deadlines that stood still go on.
			this.timer.watch(this.reader.lastRead());
			readComplete();
		}
	}

	// Deadlines

	/**
	 * End what has taken too long.
	 * @return when to look again, or {@link Long#MAX_VALUE}, in nanoseconds from now
	 */
	long expire(long now) {
		long next = this.calls.expire(now, this::cancel);
		release();
		closeIfIdle();
		if (this.state == State.CLOSED) {
			return Long.MAX_VALUE;
		}
		if (!this.requests.isEmpty()) {
			next = Math.min(next, this.requests.expire(now));
			this.writer.flush();
		}
		long silence = this.reader.isPaused() ? Long.MAX_VALUE : this.calls.silence(this.reader.lastRead(), now);
		if (silence <= 0) {
			close(DisconnectReason.SILENT, new PetrichorConnectionException("the server is silent", false, null));
			return next;
		}
		return Math.min(next, Math.min(silence, this.reader.expire(now)));
	}

	// The end

	/** No more calls: the server is about to go. */
	private void leave(@Nullable Duration retry) {
		if (this.state == State.OPEN) {
			this.state = State.LEAVING;
			this.session.leaving(this, retry);
			closeIfIdle();
		}
	}

	private void closeIfIdle() {
		if (this.state == State.LEAVING && this.calls.inFlight() == 0 && this.requests.isEmpty()) {
			close(DisconnectReason.GOING, new PetrichorConnectionException("the server is going", false, null));
		}
	}

	/** Send what was written, then close; done when the socket is closed. */
	CompletableFuture<@Nullable Void> finish() {
		CompletableFuture<@Nullable Void> closed = this.channel.closed();
		if (this.state != State.CLOSED) {
			this.channel.finish();
			end(DisconnectReason.LOCAL, new PetrichorConnectionException("the client was closed", false, null));
		}
		return closed;
	}

	@Override
	public void close(DisconnectReason reason, PetrichorClientException cause) {
		end(reason, cause);
		this.channel.close();
	}

	private void end(DisconnectReason reason, PetrichorClientException cause) {
		if (this.state == State.CLOSED) {
			return;
		}
		this.state = State.CLOSED;
		this.channel.end(reason);
		this.requests.close();
		this.calls.fail(() -> lost(cause));
		this.session.ended(this, cause);
	}

	/** An exception for each call, since each is thrown with its caller's stack. */
	private static PetrichorClientException lost(PetrichorClientException cause) {
		String message = "the connection was lost before the reply: " + cause.getMessage();
		return (cause instanceof PetrichorProtocolException) ? new PetrichorProtocolException(message, true, cause)
				: new PetrichorConnectionException(message, true, cause);
	}

}
