package io.petrichor.client;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.petrichor.handler.Outcome;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.Message;
import io.petrichor.protocol.StreamParts;
import io.petrichor.tnetstring.TNetstring;

/**
 * A request on its way to the server and back, ended exactly once: by its last reply, by
 * an error, by its deadline, or by its caller. Fields are for the event loop of the
 * client unless they say otherwise.
 */
abstract class Call {

	private static final Log logger = LogFactory.getLog(Call.class);

	private static final AtomicIntegerFieldUpdater<Call> ENDED = AtomicIntegerFieldUpdater.newUpdater(Call.class,
			"ended");

	private final Header header;

	private final TNetstring body;

	private final Duration timeout;

	/** When the caller called; any thread. */
	private final long start = System.nanoTime();

	/** Who is told of the end, if it was ever submitted. */
	private @Nullable Session session;

	private @Nullable ClientRequest request;

	/** The call below this one in the inbox; see {@link Inbox}. */
	@Nullable Call below;

	/** When the time for this call is over. */
	long deadline;

	/** The number on the current connection, if it has numbers. */
	long id;

	/** The connection that has the call, if any has. */
	@Nullable ClientConnection connection;

	/** Whether a part of the reply has come, so that it was executed. */
	boolean begun;

	private @Nullable StreamParts parts;

	/** How often the server has said that it did not execute this call. */
	int refusals;

	private volatile int ended;

	Call(Header header, TNetstring body, Duration timeout) {
		this.header = header;
		this.body = body;
		this.timeout = timeout;
		this.deadline = this.start + timeout.toNanos();
	}

	final Header header() {
		return this.header;
	}

	final TNetstring body() {
		return this.body;
	}

	final Duration timeout() {
		return this.timeout;
	}

	/** It is about to be handed to the event loop; by the caller. */
	final void submitted(Session session, ClientRequest request) {
		this.session = session;
		this.request = request;
	}

	final long start() {
		return this.start;
	}

	final boolean isEnded() {
		return this.ended != 0;
	}

	/** Whether the calling thread is the one that ends this call; any thread. */
	final boolean end(Outcome outcome, @Nullable Throwable failure) {
		if (!ENDED.compareAndSet(this, 0, 1)) {
			return false;
		}
		Session session = this.session;
		ClientRequest request = this.request;
		if (session != null && request != null) {
			session.callEnded(this, request.route(), outcome);
			CallObserver.Ending ending = request.ending();
			if (ending != null) {
				tell(ending, outcome, failure);
			}
		}
		return true;
	}

	/** Whatever the observer does, the caller must get the outcome. */
	private static void tell(CallObserver.Ending ending, Outcome outcome, @Nullable Throwable failure) {
		try {
			ending.ended(outcome, failure);
		}
		catch (Throwable ex) {
			logger.error("The observer of a call failed at its end", ex);
		}
	}

	/** Whether its caller has given up the call; any thread. */
	final boolean giveUp() {
		return end(Outcome.CANCELLED, null);
	}

	/** Whether the replies are as many as the server likes. */
	boolean isStream() {
		return false;
	}

	/** Whether no reply is wanted. */
	boolean isOneway() {
		return false;
	}

	/** How long it may still go on once it was sent, in nanoseconds. */
	long left(long now) {
		return this.deadline - now;
	}

	/** What its caller gets when that is over. */
	PetrichorTimeoutException late() {
		return new PetrichorTimeoutException(this.timeout, true);
	}

	/** The request is on its way to the socket. */
	void written() {
	}

	/** One of several replies. They become one list for a caller who wants one reply. */
	void next(Message reply) {
		ClientConnection connection = this.connection;
		if (isEnded() || connection == null) {
			return;
		}
		if (this.parts == null) {
			this.parts = new StreamParts();
		}
		if (this.parts.add(reply.body()) > connection.maxReply()) {
			fail(new PetrichorTooBigException(connection.maxReply()));
			connection.forget(this);
		}
	}

	/** The last reply. */
	final void complete(Message reply) {
		String code = PetrichorRemoteException.code(reply.header());
		if (code != null) {
			fail(new PetrichorRemoteException(code, reply));
		}
		else if (end(Outcome.SUCCESS, null)) {
			succeeded((this.parts != null) ? this.parts.reply(reply) : reply);
		}
	}

	/** Any thread. */
	final void fail(PetrichorClientException failure) {
		if (end(outcome(failure), failure)) {
			failed(failure);
		}
	}

	private static Outcome outcome(PetrichorClientException failure) {
		if (failure instanceof PetrichorRemoteException remote) {
			return Outcome.of(remote.header());
		}
		if (failure instanceof PetrichorTimeoutException) {
			return Outcome.TIMEOUT;
		}
		if (failure instanceof PetrichorTooBigException) {
			return Outcome.TOO_BIG;
		}
		return (failure instanceof PetrichorDeniedException) ? Outcome.DENIED : Outcome.ABANDONED;
	}

	abstract void succeeded(Message reply);

	abstract void failed(PetrichorClientException failure);

}
