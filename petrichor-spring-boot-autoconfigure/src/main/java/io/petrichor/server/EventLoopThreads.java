package io.petrichor.server;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.util.concurrent.FastThreadLocalThread;
import reactor.core.scheduler.NonBlocking;

/**
 * Makes the threads of event loops. Who waits there for a {@code Mono} or {@code Flux} is
 * told by Reactor that this must not be.
 */
final class EventLoopThreads implements ThreadFactory {

	private final AtomicInteger count = new AtomicInteger();

	@Override
	public Thread newThread(Runnable loop) {
		Thread thread = new EventLoopThread(loop, "petrichor-nio-" + this.count.incrementAndGet());
		thread.setDaemon(true);
		return thread;
	}

	private static final class EventLoopThread extends FastThreadLocalThread implements NonBlocking {

		EventLoopThread(Runnable loop, String name) {
			super(loop, name);
		}

	}

}
