package io.petrichor.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

/**
 * Callers that share one client; each calls again as soon as it has its reply.
 */
enum ClientLoad {

	/** Each caller is a chain of calls that do not block. */
	ASYNCHRONOUS("64 callers, asynchronous", 64, false),

	/** Each caller is a thread. */
	BLOCKING("64 callers, blocking threads", 64, true),

	/** A single thread that blocks. */
	ALONE("1 caller, blocking", 1, true);

	private static final int LOOKS = 4;

	private static final byte[] BODY = new byte[64];

	private final String title;

	private final int callers;

	private final boolean blocking;

	private volatile boolean running;

	ClientLoad(String title, int callers, boolean blocking) {
		this.title = title;
		this.callers = callers;
		this.blocking = blocking;
	}

	String title() {
		return this.title;
	}

	/** Calls a second: the best of several looks. */
	double run(Caller client, double seconds) throws InterruptedException {
		LongAdder calls = new LongAdder();
		CountDownLatch ended = new CountDownLatch(this.callers);
		this.running = true;
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < this.callers; i++) {
			if (this.blocking) {
				threads.add(new Thread(() -> block(client, calls, ended)));
			}
			else {
				next(client, calls, ended);
			}
		}
		threads.forEach(Thread::start);
		Thread.sleep((long) (seconds * 300));
		double best = 0;
		for (int i = 0; i < LOOKS; i++) {
			long before = calls.sum();
			long begin = System.nanoTime();
			Thread.sleep((long) (seconds * 1000 / LOOKS));
			best = Math.max(best, (calls.sum() - before) * 1e9 / (System.nanoTime() - begin));
		}
		this.running = false;
		ended.await();
		return best;
	}

	private void block(Caller client, LongAdder calls, CountDownLatch ended) {
		while (this.running) {
			check(client.call(BODY) == BODY.length, null);
			calls.increment();
		}
		ended.countDown();
	}

	private void next(Caller client, LongAdder calls, CountDownLatch ended) {
		if (!this.running) {
			ended.countDown();
			return;
		}
		client.call(BODY, (failure) -> {
			check(failure == null, failure);
			calls.increment();
			next(client, calls, ended);
		});
	}

	/** A figure of calls that fail is none. */
	private static void check(boolean right, @Nullable Throwable failure) {
		if (!right) {
			new IllegalStateException("a call failed", failure).printStackTrace();
			Runtime.getRuntime().halt(1);
		}
	}

}
