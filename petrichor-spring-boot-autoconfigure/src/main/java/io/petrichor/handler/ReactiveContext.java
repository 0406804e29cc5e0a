package io.petrichor.handler;

import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.util.ClassUtils;

/**
 * Takes what stands in {@code ThreadLocal}s around the call of a reactive handler, such
 * as what an interceptor put there, into the Reactor context of what it returned. Works
 * by Micrometer's context propagation, where that is there.
 */
final class ReactiveContext {

	private static final boolean PRESENT = ClassUtils.isPresent("io.micrometer.context.ContextSnapshotFactory",
			ReactiveContext.class.getClassLoader());

	private ReactiveContext() {
	}

	static boolean isPresent() {
		return PRESENT;
	}

	static @Nullable Object capture(@Nullable Object result) {
		if (result instanceof Mono<?> mono) {
			ContextSnapshot snapshot = Snapshots.FACTORY.captureAll();
			return mono.contextWrite(snapshot::updateContext);
		}
		if (result instanceof Flux<?> flux) {
			ContextSnapshot snapshot = Snapshots.FACTORY.captureAll();
			return flux.contextWrite(snapshot::updateContext);
		}
		return result;
	}

	/** Loaded only where the library is there. */
	private static final class Snapshots {

		private static final ContextSnapshotFactory FACTORY = ContextSnapshotFactory.builder().build();

	}

}
