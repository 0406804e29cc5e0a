package io.petrichor.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.Header;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

/**
 * A call whose reply completes a future, on the event loop.
 *
 * @param <T> the type of the reply
 */
final class FutureCall<T> extends Call {

	private final ReplyReader<T> reader;

	private final CompletableFuture<T> future;

	FutureCall(Header header, TNetstring body, Duration timeout, Session session, ReplyReader<T> reader) {
		super(header, body, timeout);
		this.reader = reader;
		this.future = new CompletableFuture<>() {

			@Override
			public boolean cancel(boolean mayInterrupt) {
				if (giveUp()) {
					session.abandon(FutureCall.this);
				}
				return super.cancel(mayInterrupt);
			}

		};
	}

	CompletableFuture<T> future() {
		return this.future;
	}

	@Override
	@SuppressWarnings("NullAway") // A future's value may be null, whatever T is.
	void succeeded(Message reply) {
		try {
			this.future.complete(this.reader.read(reply));
		}
		catch (Throwable ex) {
			this.future.completeExceptionally(ex);
		}
	}

	@Override
	void failed(PetrichorClientException failure) {
		this.future.completeExceptionally(failure);
	}

}
