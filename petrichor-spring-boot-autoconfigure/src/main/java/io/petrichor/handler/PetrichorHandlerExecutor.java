package io.petrichor.handler;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;

import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Where handlers run that may block. An application that wants another one defines a bean
 * of this type. Not an {@link Executor} itself: where Spring Boot finds a bean that is
 * one, it leaves out its own {@code applicationTaskExecutor}.
 *
 * @since 0.1.0
 */
public final class PetrichorHandlerExecutor implements AutoCloseable {

	private static final String PREFIX = "petrichor-handler-";

	private static final Duration IDLE = Duration.ofSeconds(60);

	/** A new one costs next to nothing. */
	private static final Duration IDLE_VIRTUAL = Duration.ofMillis(100);

	private final Executor executor;

	private PetrichorHandlerExecutor(Executor executor) {
		this.executor = executor;
	}

	/**
	 * A pool of threads with a queue before it.
	 * @param threads the most threads, at least 1
	 * @param queue the most batches of requests that wait for a thread, at least 1; what
	 * is over it is answered {@code busy}
	 * @return the executor
	 */
	public static PetrichorHandlerExecutor ofThreads(int threads, int queue) {
		CustomizableThreadFactory factory = new CustomizableThreadFactory(PREFIX);
		factory.setDaemon(true);
		return pool(threads, queue, IDLE, factory);
	}

	/**
	 * A bounded number of virtual threads with a queue before them. Needs Java 21.
	 * @param threads the most threads, at least 1
	 * @param queue the most batches of requests that wait for a thread, at least 1; what
	 * is over it is answered {@code busy}
	 * @return the executor
	 */
	public static PetrichorHandlerExecutor ofVirtualThreads(int threads, int queue) {
		return pool(threads, queue, IDLE_VIRTUAL, new VirtualThreadTaskExecutor(PREFIX).getVirtualThreadFactory());
	}

	private static PetrichorHandlerExecutor pool(int threads, int queue, Duration idle, ThreadFactory factory) {
		return new PetrichorHandlerExecutor(new HandlerThreads(threads, queue, idle, factory));
	}

	/**
	 * An executor that exists already, and that whoever made it ends.
	 * @param executor the executor; it may refuse work with a
	 * {@link RejectedExecutionException}, which is answered {@code busy}
	 * @return the executor
	 */
	public static PetrichorHandlerExecutor of(Executor executor) {
		return new PetrichorHandlerExecutor(executor);
	}

	@Override
	public String toString() {
		return "handlers that block run on "
				+ ((this.executor instanceof HandlerThreads threads) ? threads : this.executor.getClass().getName());
	}

	Executor target() {
		return this.executor;
	}

	/**
	 * The batches of requests that wait for a thread.
	 * @return the number, 0 if the executor has no queue or does not show it
	 */
	public int queued() {
		return (this.executor instanceof HandlerThreads threads) ? threads.queued() : 0;
	}

	/**
	 * End the threads, interrupting what still runs. An executor that existed already is
	 * for its owner to end.
	 */
	@Override
	public void close() {
		if (this.executor instanceof HandlerThreads threads) {
			threads.close();
		}
	}

}
