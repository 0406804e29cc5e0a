package io.petrichor.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.Header;
import io.petrichor.tnetstring.TNetstring;

/**
 * The calls that were sent on a connection, until their last reply. A plain server
 * answers first in, first out: there a call that nobody waits for any more keeps its
 * place, so that its late reply is nobody else's. Other servers answer by number: there
 * its number is kept.
 */
final class PendingCalls {

	/** In the place of a call that nobody waits for any more. */
	static final Call FORGOTTEN = new OnewayCall(Header.EMPTY, TNetstring.NULL, Duration.ZERO);

	private final ArrayDeque<Call> inOrder = new ArrayDeque<>();

	private final LongObjectMap<Call> numbered = new LongObjectHashMap<>();

	private int forgotten;

	private long lastNumber;

	/** Whether any reply is still to come, even one that nobody waits for. */
	boolean isEmpty() {
		return this.inOrder.isEmpty() && this.numbered.isEmpty();
	}

	/** How many replies are to come that count. */
	int count() {
		return this.inOrder.size() + this.numbered.size() - this.forgotten;
	}

	/** How many replies by number are to come that nobody waits for. */
	int forgotten() {
		return this.forgotten;
	}

	/** A call of a server that answers in order. */
	void add(Call call) {
		this.inOrder.add(call);
	}

	/** A call of a server that answers by number. */
	void addNumbered(Call call) {
		call.id = nextNumber();
		this.lastNumber = call.id;
		this.numbered.put(call.id, call);
	}

	/** The number that the next call gets. */
	long nextNumber() {
		return this.lastNumber + 1;
	}

	/** The call that the next reply in order is to. */
	@Nullable Call next() {
		return this.inOrder.poll();
	}

	/** The call that a reply by number is to, perhaps {@link #FORGOTTEN}. */
	@Nullable Call get(long number, boolean last) {
		Call call = last ? this.numbered.remove(number) : this.numbered.get(number);
		if (call == FORGOTTEN && last) {
			this.forgotten--;
		}
		return call;
	}

	/** Keep no more than the number of a call; false if there is no such number. */
	boolean forget(Call call) {
		boolean pending = call.id != 0 && this.numbered.get(call.id) == call;
		if (pending) {
			this.numbered.put(call.id, FORGOTTEN);
			this.forgotten++;
		}
		return pending;
	}

	/** Whether a consumer of a stream has to catch up. */
	boolean hasFullStream() {
		for (Call call : this.numbered.values()) {
			if (call instanceof StreamCall<?> stream && stream.isFull()) {
				return true;
			}
		}
		return false;
	}

	/**
	 * End the calls whose time is over.
	 * @param numbers told of the numbers that nobody waits for any more
	 * @return when to look again, in nanoseconds from now
	 */
	long expire(long now, LongConsumer numbers) {
		long next = Long.MAX_VALUE;
		for (Call call : this.inOrder) {
			next = Math.min(next, expire(call, now));
		}
		boolean anyEnded = false;
		for (Call call : this.numbered.values()) {
			if (call != FORGOTTEN) {
				next = Math.min(next, expire(call, now));
				anyEnded |= isOver(call);
			}
		}
		if (anyEnded) {
			for (Call call : this.numbered.values().toArray(Call[]::new)) {
				if (isOver(call) && forget(call)) {
					numbers.accept(call.id);
				}
			}
		}
		return next;
	}

	/** One that wants no reply has ended from the beginning, and is done all the same. */
	private static boolean isOver(Call call) {
		return call.isEnded() && !call.isOneway();
	}

	private static long expire(Call call, long now) {
		if (call.isEnded()) {
			return Long.MAX_VALUE;
		}
		long left = call.left(now);
		if (left <= 0) {
			call.fail(call.late());
			return Long.MAX_VALUE;
		}
		return left;
	}

	/** End all of them. */
	void fail(Supplier<PetrichorClientException> failure) {
		for (Call call : this.inOrder) {
			call.fail(failure.get());
		}
		for (Call call : this.numbered.values()) {
			call.fail(failure.get());
		}
		this.inOrder.clear();
		this.numbered.clear();
		this.forgotten = 0;
	}

}
