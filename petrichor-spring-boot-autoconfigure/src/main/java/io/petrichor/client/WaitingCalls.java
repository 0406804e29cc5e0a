package io.petrichor.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Calls that are not sent: those that wait for room on a connection, in order, and those
 * that the server was too busy for, until it is their time. Some of them ended meanwhile.
 * Event loop only, but for the count.
 */
final class WaitingCalls {

	private static final int MAX_REFUSALS = 3;

	private static final long FIRST_RESEND = TimeUnit.MILLISECONDS.toNanos(50);

	private final int max;

	private final EventLoop loop;

	private final Consumer<Call> resend;

	private final ArrayDeque<Call> inOrder = new ArrayDeque<>();

	private final Set<Call> delayed = new HashSet<>();

	private volatile int count;

	/**
	 * Create a place to wait.
	 * @param max the most calls that wait in order
	 * @param resend takes the calls whose time has come
	 */
	WaitingCalls(int max, EventLoop loop, Consumer<Call> resend) {
		this.max = max;
		this.loop = loop;
		this.resend = resend;
	}

	/** How many there are, after the last {@link #tell}; any thread. */
	int count() {
		return this.count;
	}

	/** Let others know how many there are. */
	void tell() {
		int count = this.inOrder.size() + this.delayed.size();
		if (this.count != count) {
			this.count = count;
		}
	}

	/** Whether none waits for room. */
	boolean isEmpty() {
		return this.inOrder.isEmpty();
	}

	boolean isFull() {
		return this.inOrder.size() >= this.max;
	}

	void add(Call call) {
		this.inOrder.add(call);
	}

	/** Take the first, which may have ended. */
	@Nullable Call poll() {
		return this.inOrder.poll();
	}

	void removeEnded() {
		this.inOrder.removeIf(Call::isEnded);
	}

	/**
	 * Keep a call that the server did not execute until it can be sent again.
	 * @param retry what the server asks for
	 * @return false if it was the third time, or there is no time left
	 */
	boolean delay(Call call, @Nullable Duration retry) {
		long now = System.nanoTime();
		long bound = FIRST_RESEND << call.refusals;
		long delay = ((retry != null) ? retry.toNanos() : 0) + ThreadLocalRandom.current().nextLong(bound);
		if (call.isEnded() || call.refusals == MAX_REFUSALS || now + delay - call.deadline >= 0) {
			return false;
		}
		call.refusals++;
		this.delayed.add(call);
		this.loop.schedule(() -> {
			if (this.delayed.remove(call) && !call.isEnded()) {
				this.resend.accept(call);
			}
		}, delay, TimeUnit.NANOSECONDS);
		return true;
	}

	/** End all of them. */
	void fail(Supplier<PetrichorClientException> failure) {
		ArrayDeque<Call> failed = new ArrayDeque<>(this.inOrder);
		failed.addAll(this.delayed);
		this.inOrder.clear();
		this.delayed.clear();
		failed.forEach((call) -> call.fail(failure.get()));
		tell();
	}

	/**
	 * End those that wait for too long.
	 * @param patience how long a call may still wait for a connection, in nanoseconds
	 * @param noConnection for a call that did
	 * @return when to look again, or {@link Long#MAX_VALUE}, in nanoseconds from now
	 */
	long expire(long now, ToLongFunction<Call> patience, Supplier<PetrichorClientException> noConnection) {
		long next = Long.MAX_VALUE;
		removeEnded();
		for (Call call : List.copyOf(this.inOrder)) {
			long left = Math.min(call.deadline - now, patience.applyAsLong(call));
			if (left > 0) {
				next = Math.min(next, left);
			}
			else if (call.deadline - now <= 0) {
				call.fail(new PetrichorTimeoutException(call.timeout(), false));
			}
			else {
				call.fail(noConnection.get());
			}
		}
		removeEnded();
		return next;
	}

}
