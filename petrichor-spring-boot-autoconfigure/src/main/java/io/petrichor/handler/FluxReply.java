package io.petrichor.handler;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/**
 * A {@code Flux} as a reply of many pairs.
 */
final class FluxReply extends StreamReply implements CoreSubscriber<Object> {

	private @Nullable Subscription source;

	FluxReply(Request request, ReturnValues values) {
		super(request, values);
	}

	@Override
	public void onSubscribe(Subscription source) {
		if (Operators.validate(this.source, source)) {
			this.source = source;
			ready();
		}
	}

	@Override
	void pull(int count) {
		try {
			source().request(count);
		}
		catch (Throwable ex) {
			// Reactor tells nobody else of errors that it holds to be fatal.
			giveUp(ex);
		}
	}

	@Override
	public void onNext(Object value) {
		try {
			if (next(value)) {
				await();
			}
		}
		catch (Throwable ex) {
			giveUp(ex);
		}
	}

	private void giveUp(Throwable failure) {
		try {
			dispose();
		}
		finally {
			fail(failure);
		}
	}

	@Override
	public void onError(Throwable failure) {
		fail(failure);
	}

	@Override
	public void onComplete() {
		end();
	}

	@Override
	public void dispose() {
		source().cancel();
	}

	private Subscription source() {
		return Objects.requireNonNull(this.source);
	}

}
