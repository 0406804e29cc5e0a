package io.petrichor.benchmarks;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * A client as an application uses it, with one connection to an echo server.
 */
interface Caller extends AutoCloseable {

	/** Call, wait for the reply, and give the number of its bytes. */
	int call(byte[] body);

	/** Call; {@code done} is told of the failure, or null, when the reply is there. */
	void call(byte[] body, Consumer<@Nullable Throwable> done);

	@Override
	void close();

}
