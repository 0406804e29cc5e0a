package io.petrichor.handler;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.petrichor.protocol.Header;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

/**
 * Turns what a handler returned into the reply, now or when it is there.
 */
final class ReturnValues {

	private final ErrorReplies errors;

	ReturnValues(ErrorReplies errors) {
		this.errors = errors;
	}

	/** The reply to a handler that returns nothing. */
	static final TNetstring NOTHING = TNetstring.EMPTY;

	void reply(Request request, @Nullable Object value) {
		if (value instanceof TNetstring encoded) {
			request.complete(Header.EMPTY, encoded);
		}
		else if (value instanceof Message message) {
			request.complete(message);
		}
		else if (value instanceof Mono<?> mono) {
			await(request, mono);
		}
		else if (value instanceof CompletionStage<?> stage) {
			await(request, stage);
		}
		else if (value instanceof Optional<?> optional) {
			reply(request, optional.orElse(null));
		}
		else {
			request.complete(Header.EMPTY, TNetstring.of(value));
		}
	}

	private void await(Request request, Mono<?> mono) {
		request.detach();
		request.work(mono.subscribe((value) -> replyLate(request, value), (failure) -> fail(request, failure),
				() -> request.complete(Header.EMPTY, NOTHING)));
	}

	private void await(Request request, CompletionStage<?> stage) {
		CompletableFuture<?> future = stage.toCompletableFuture();
		request.detach();
		request.work(() -> future.cancel(true));
		stage.whenComplete((value, failure) -> {
			if (failure != null) {
				fail(request, failure);
			}
			else {
				replyLate(request, value);
			}
		});
	}

	private void replyLate(Request request, @Nullable Object value) {
		try {
			reply(request, value);
		}
		catch (Throwable ex) {
			fail(request, ex);
		}
	}

	private void fail(Request request, Throwable failure) {
		Throwable cause = (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause()
				: failure;
		if (!request.isDone()) {
			request.complete(this.errors.replyTo(request, cause));
		}
	}

}
