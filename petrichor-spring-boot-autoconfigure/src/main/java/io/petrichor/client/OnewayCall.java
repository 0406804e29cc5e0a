package io.petrichor.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.petrichor.handler.Outcome;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

/**
 * A call that wants no reply and is over once it is on its way. From a plain peer a reply
 * comes all the same, and is dropped.
 */
final class OnewayCall extends Call {

	private final CompletableFuture<@Nullable Void> future = new CompletableFuture<>() {

		@Override
		public boolean cancel(boolean mayInterrupt) {
			giveUp();
			return super.cancel(mayInterrupt);
		}

	};

	OnewayCall(Header header, TNetstring body, Duration timeout) {
		super(header, body, timeout);
	}

	CompletableFuture<@Nullable Void> future() {
		return this.future;
	}

	/** The header for a peer that knows calls of this kind. */
	Header onewayHeader() {
		return header().with(HeaderKeys.ONEWAY, true);
	}

	@Override
	boolean isOneway() {
		return true;
	}

	@Override
	void written() {
		if (end(Outcome.SUCCESS, null)) {
			this.future.complete(null);
		}
	}

	@Override
	void succeeded(Message reply) {
		this.future.complete(null);
	}

	@Override
	void failed(PetrichorClientException failure) {
		this.future.completeExceptionally(failure);
	}

}
