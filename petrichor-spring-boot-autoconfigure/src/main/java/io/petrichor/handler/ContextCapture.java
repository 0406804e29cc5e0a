package io.petrichor.handler;

import java.util.Iterator;
import java.util.stream.BaseStream;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.util.ClassUtils;

/**
 * Takes what stands in {@code ThreadLocal}s when a handler returns, such as a trace or
 * what an interceptor put there, along with what it returned if that does its work later:
 * into the Reactor context of a {@code Mono} or {@code Flux}, and around the values of a
 * {@code Stream} or {@code Iterator}. Works by Micrometer's context propagation, where
 * that is there. A handler that returns a value needs none of it: it runs on one thread.
 */
final class ContextCapture {

	private static final boolean PRESENT = ClassUtils.isPresent("io.micrometer.context.ContextSnapshotFactory",
			ContextCapture.class.getClassLoader());

	private static final RequestObservation.Scope NOTHING = () -> {
	};

	private ContextCapture() {
	}

	/** Whether what a method returns may do its work later. */
	static boolean concerns(Class<?> returnType) {
		boolean concerns = PRESENT && (returnType == Object.class || Publisher.class.isAssignableFrom(returnType)
				|| BaseStream.class.isAssignableFrom(returnType) || Iterator.class.isAssignableFrom(returnType));
		if (concerns) {
			prepare();
		}
		return concerns;
	}

	/** A handler of which nothing is known. */
	static Handler around(Handler handler) {
		if (!PRESENT) {
			return handler;
		}
		prepare();
		return new Capturing(handler);
	}

	/** The first time it reads files, which is not for an event loop to wait for. */
	private static void prepare() {
		CapturedIterator.snapshot();
	}

	static @Nullable Object capture(@Nullable Object result) {
		if (result instanceof Mono<?> mono) {
			return mono.contextWrite(CapturedIterator.snapshot()::updateContext);
		}
		if (result instanceof Flux<?> flux) {
			return flux.contextWrite(CapturedIterator.snapshot()::updateContext);
		}
		if (result instanceof BaseStream<?, ?> stream) {
			return new CapturedIterator(stream.iterator(), stream);
		}
		if (result instanceof Iterator<?> iterator) {
			return new CapturedIterator(iterator, null);
		}
		return result;
	}

	/** Put back what was taken along with these values. */
	static RequestObservation.Scope restore(Iterator<?> values) {
		return (PRESENT && values instanceof CapturedIterator captured) ? captured.restore() : NOTHING;
	}

	private record Capturing(Handler next) implements Handler {

		@Override
		public @Nullable Object handle(Request request) throws Exception {
			return capture(this.next.handle(request));
		}

		@Override
		public String toString() {
			return this.next.toString();
		}

	}

}
