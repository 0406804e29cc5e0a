package io.petrichor.handler;

import java.util.Iterator;
import java.util.stream.BaseStream;

import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import org.jspecify.annotations.Nullable;

/**
 * The values of a {@code Stream} or {@code Iterator}, with the {@code ThreadLocal}s of
 * the handler that returned it. Loaded only where Micrometer's context propagation is
 * there.
 */
final class CapturedIterator implements Iterator<@Nullable Object>, AutoCloseable {

	private static final ContextSnapshotFactory FACTORY = ContextSnapshotFactory.builder().build();

	private final Iterator<?> values;

	private final @Nullable BaseStream<?, ?> stream;

	private final ContextSnapshot snapshot = snapshot();

	CapturedIterator(Iterator<?> values, @Nullable BaseStream<?, ?> stream) {
		this.values = values;
		this.stream = stream;
	}

	static ContextSnapshot snapshot() {
		return FACTORY.captureAll();
	}

	RequestObservation.Scope restore() {
		return this.snapshot.setThreadLocals()::close;
	}

	@Override
	public boolean hasNext() {
		return this.values.hasNext();
	}

	@Override
	public @Nullable Object next() {
		return this.values.next();
	}

	@Override
	public void close() {
		if (this.stream != null) {
			this.stream.close();
		}
	}

}
