package io.petrichor.handler;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;

import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Where handlers run that may block. An application that wants another one defines a bean
 * of this type.
 *
 * @since 0.1.0
 */
public final class PetrichorHandlerExecutor implements Executor, AutoCloseable {

	private static final Duration IDLE = Duration.ofSeconds(60);

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
		CustomizableThreadFactory factory = new CustomizableThreadFactory("petrichor-handler-");
		factory.setDaemon(true);
		return new PetrichorHandlerExecutor(new HandlerThreads(threads, queue, IDLE, factory));
	}

	/**
	 * An executor that exists already.
	 * @param executor the executor; it may refuse work with a
	 * {@link RejectedExecutionException}, which is answered {@code busy}
	 * @return the executor
	 */
	public static PetrichorHandlerExecutor of(Executor executor) {
		return new PetrichorHandlerExecutor(executor);
	}

	@Override
	public void execute(Runnable work) {
		this.executor.execute(work);
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
	 * End the threads, interrupting what still runs.
	 */
	@Override
	public void close() {
		if (this.executor instanceof HandlerThreads threads) {
			threads.close();
		}
		else if (this.executor instanceof ExecutorService service) {
			service.shutdownNow();
		}
	}

}
