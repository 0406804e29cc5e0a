package io.petrichor.client;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.Header;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

/**
 * A call whose caller is parked until the event loop has the reply.
 */
final class BlockingCall extends Call {

	/** How much later than the event loop the caller ends the call by itself. */
	private static final long GRACE = TimeUnit.SECONDS.toNanos(1);

	private final Thread caller = Thread.currentThread();

	private volatile @Nullable Object outcome;

	BlockingCall(Header header, TNetstring body, Duration timeout) {
		super(header, body, timeout);
	}

	/** Wait for the end, and give it to the caller. */
	Message await(Session session) {
		long last = start() + timeout().toNanos() + GRACE;
		Object outcome;
		while ((outcome = this.outcome) == null) {
			if (Thread.interrupted()) {
				Thread.currentThread().interrupt();
				if (giveUp()) {
					session.abandon(this);
					throw new CancellationException("interrupted while waiting for the reply");
				}
			}
			else {
				LockSupport.parkNanos(this, Math.max(last - System.nanoTime(), 1));
			}
			if (System.nanoTime() - last > 0) {
				PetrichorTimeoutException late = late();
				fail(late);
				if (this.outcome == null) {
					// Who ended it before has not come to say how, and may never.
					throw late;
				}
			}
		}
		if (outcome instanceof PetrichorClientException failure) {
			// It was made on the event loop, whose stack says nothing to the caller.
			failure.fillInStackTrace();
			throw failure;
		}
		return (Message) outcome;
	}

	@Override
	void succeeded(Message reply) {
		end(reply);
	}

	@Override
	void failed(PetrichorClientException failure) {
		end(failure);
	}

	private void end(Object outcome) {
		this.outcome = outcome;
		LockSupport.unpark(this.caller);
	}

}
