package io.petrichor.client;

import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.Capabilities;
import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.Message;
import io.petrichor.protocol.PairEncoder;
import io.petrichor.protocol.ProtocolException;
import io.petrichor.tnetstring.TNetstring;

/**
 * The calls on one connection, from when they are written to when their last reply has
 * come, which is matched by number or by order, as the server does. Event loop only.
 */
final class CallLane {

	/** The most late replies that are still waited for. */
	private static final int MAX_FORGOTTEN = 1024;

	/** Timeouts may be longer, which nobody will ever see. */
	private static final long MAX_TIMEOUT = Long.MAX_VALUE / 8;

	private final PairWriter writer;

	private final Capabilities server;

	private final boolean byNumber;

	private final int maxInFlight;

	private final PendingCalls pending = new PendingCalls();

	private long awaitingSince;

	private long longestTimeout;

	CallLane(PairWriter writer, Capabilities server, int maxInFlight) {
		this.writer = writer;
		this.server = server;
		this.byNumber = server.re() > 0;
		this.maxInFlight = this.byNumber ? Math.min(server.re(), maxInFlight) : maxInFlight;
	}

	/** Whether replies say which call they are to. */
	boolean isByNumber() {
		return this.byNumber;
	}

	/** How many calls wait for replies. */
	int inFlight() {
		return this.pending.count();
	}

	/** Whether another call can be sent now. */
	boolean hasRoom() {
		return this.pending.count() < this.maxInFlight && this.writer.hasRoom();
	}

	/** The bytes of a call with all that is added to it here. */
	long size(Call call) {
		if (call instanceof OnewayCall oneway && this.server.oneway()) {
			return PairEncoder.size(oneway.onewayHeader(), call.body());
		}
		return this.byNumber ? PairEncoder.size(call.header(), HeaderKeys.ID, this.pending.nextNumber(), call.body())
				: PairEncoder.size(call.header(), call.body());
	}

	/**
	 * Write a call; the caller flushes.
	 * @return whether there will be a reply
	 */
	boolean send(Call call, long now) {
		if (this.pending.isEmpty()) {
			this.awaitingSince = now;
			this.longestTimeout = 0;
		}
		this.longestTimeout = Math.max(this.longestTimeout, call.timeout().toNanos());
		if (call instanceof OnewayCall oneway && this.server.oneway()) {
			this.writer.writeCall(oneway.onewayHeader(), call.body());
			return false;
		}
		if (this.byNumber) {
			this.pending.addNumbered(call);
			this.writer.writeCall(call.header(), call.id, call.body());
		}
		else {
			this.pending.add(call);
			this.writer.writeCall(call.header(), call.body());
		}
		return true;
	}

	/**
	 * The call that the next reply in order is to.
	 * @throws ProtocolException if there is none
	 */
	Call answered() {
		Call call = this.pending.next();
		if (call == null) {
			throw violation("a reply that nobody asked for");
		}
		return call;
	}

	/**
	 * The call that a reply by number ends.
	 * @return the call, or null if nobody waits for it or there are more replies to come
	 * @throws ProtocolException if there is no such call
	 */
	@Nullable Call answered(long number, Message reply, long now) {
		boolean last = !reply.header().flag(HeaderKeys.MORE);
		Call call = this.pending.get(number, last);
		if (call == null) {
			throw violation("a reply to a request that was not made");
		}
		if (call == PendingCalls.FORGOTTEN) {
			return null;
		}
		if (last) {
			return call;
		}
		call.begun = true;
		if (call.isStream()) {
			call.deadline = now + call.timeout().toNanos();
		}
		call.next(reply);
		return null;
	}

	private static ProtocolException violation(String what) {
		return new ProtocolException(ErrorCode.BAD_REQUEST, what);
	}

	/** Whether a consumer of a stream has to catch up. */
	boolean hasFullStream() {
		return this.pending.hasFullStream();
	}

	/** Wait for a call no more; false if its reply comes all the same. */
	boolean forget(Call call) {
		return this.pending.forget(call);
	}

	/** Tell the server that nobody waits for a call any more. */
	void cancel(long number) {
		if (this.server.more()) {
			this.writer.write(Header.of(Map.of(HeaderKeys.ID, number, HeaderKeys.CANCEL, true)), TNetstring.NULL);
			this.writer.flush();
		}
	}

	/** Whether the server owes more replies than it may. */
	boolean isNeglected() {
		return this.pending.forgotten() > MAX_FORGOTTEN;
	}

	/** See {@link PendingCalls#expire}. */
	long expire(long now, LongConsumer numbers) {
		return this.pending.expire(now, numbers);
	}

	/**
	 * How long the server may still be silent.
	 * @param lastRead when it was not
	 * @return nanoseconds from now, {@link Long#MAX_VALUE} if no reply is to come
	 */
	long silence(long lastRead, long now) {
		if (this.pending.isEmpty()) {
			return Long.MAX_VALUE;
		}
		long heard = (lastRead - this.awaitingSince > 0) ? lastRead : this.awaitingSince;
		// Not a whole multiple: of calls one after the other, each ends by its own
		// timeout.
		return heard + Math.min(this.longestTimeout, MAX_TIMEOUT) / 2 * 5 - now;
	}

	/** End all of them. */
	void fail(Supplier<PetrichorClientException> failure) {
		this.pending.fail(failure);
	}

}
