package io.petrichor.client;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.Header;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

/**
 * A request on its way to the server and back, ended exactly once: by its last reply, by
 * an error, by its deadline, or by its caller. Fields are for the event loop of the
 * client unless they say otherwise.
 */
abstract class Call {

	private static final AtomicIntegerFieldUpdater<Call> ENDED = AtomicIntegerFieldUpdater.newUpdater(Call.class,
			"ended");

	private final Header header;

	private final TNetstring body;

	private final Duration timeout;

	/** When the caller called; any thread. */
	private final long start = System.nanoTime();

	/** The call below this one in the inbox; see {@link Inbox}. */
	@Nullable Call below;

	/** When the time for this call is over. */
	long deadline;

	/** The number on the current connection, if it has numbers. */
	long id;

	/** The connection that has the call, if any has. */
	@Nullable ClientConnection connection;

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

	final long start() {
		return this.start;
	}

	final boolean isEnded() {
		return this.ended != 0;
	}

	/** Whether the calling thread is the one that ends this call; any thread. */
	final boolean end() {
		return ENDED.compareAndSet(this, 0, 1);
	}

	/** Whether the replies are as many as the server likes. */
	boolean isStream() {
		return false;
	}

	/** Whether no reply is wanted. */
	boolean isOneway() {
		return false;
	}

	/** The request is on its way to the socket. */
	void written() {
	}

	/** One of several replies. */
	void next(Message reply) {
	}

	/** The last reply. */
	final void complete(Message reply) {
		String code = PetrichorRemoteException.code(reply.header());
		if (code != null) {
			fail(new PetrichorRemoteException(code, reply));
		}
		else if (end()) {
			succeeded(reply);
		}
	}

	/** Any thread. */
	final void fail(PetrichorClientException failure) {
		if (end()) {
			failed(failure);
		}
	}

	abstract void succeeded(Message reply);

	abstract void failed(PetrichorClientException failure);

}
