package io.petrichor.client;

import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

import io.petrichor.handler.Dispatcher;
import io.petrichor.handler.PetrichorConnection;
import io.petrichor.handler.Replies;
import io.petrichor.handler.RequestLane;
import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.Message;
import io.petrichor.protocol.ProtocolException;

/**
 * The requests that a server sends on a connection, answered by handlers of the
 * application if it has any. Event loop only.
 */
final class ServerRequests {

	private static final long TICK = TimeUnit.MILLISECONDS.toNanos(100);

	private final DeadlineTimer timer;

	private final @Nullable RequestLane lane;

	/**
	 * Create the requests of a connection.
	 * @param settings whether and how requests are answered
	 * @param server the connection as handlers see it
	 * @param replies where their replies go
	 * @param progress run when there is room for other requests again
	 */
	ServerRequests(ClientSettings settings, DeadlineTimer timer, EventLoop loop, PetrichorConnection server,
			Replies replies, Runnable progress) {
		this.timer = timer;
		Dispatcher dispatcher = settings.dispatcher();
		this.lane = (dispatcher != null && settings.hasHandlers() && !server.capabilities().plain())
				? dispatcher.lane(server, loop, replies, progress) : null;
	}

	boolean isEmpty() {
		return this.lane == null || this.lane.inFlight() == 0;
	}

	void accept(Message request, long now) {
		if (this.lane == null) {
			throw new ProtocolException(ErrorCode.BAD_REQUEST, "a request, though this client answers none");
		}
		this.lane.accept(request, now);
	}

	/** All of one read has been accepted, or there is room again. */
	void readComplete() {
		if (this.lane != null && this.lane.inFlight() > 0) {
			this.lane.readComplete();
			this.timer.watch(System.nanoTime() + TICK);
		}
	}

	/**
	 * Answer those that take too long. The caller flushes.
	 * @return when to look again, or {@link Long#MAX_VALUE}, in nanoseconds from now
	 */
	long expire(long now) {
		return (this.lane != null && this.lane.inFlight() > 0) ? this.lane.expire(now) : Long.MAX_VALUE;
	}

	/** Nobody waits for replies any more. */
	void close() {
		if (this.lane != null) {
			this.lane.close();
		}
	}

}
