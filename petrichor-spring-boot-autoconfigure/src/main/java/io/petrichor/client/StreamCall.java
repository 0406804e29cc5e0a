package io.petrichor.client;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.util.context.ContextView;

import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;
import io.petrichor.tnetstring.TNetstringType;

/**
 * A call whose replies are a stream. When it has delivered a good deal more than was
 * asked for, the connection is not read any more until its consumer has caught up: the
 * protocol has no credits for a single stream.
 *
 * @param <T> the type of the elements
 */
final class StreamCall<T> extends Call {

	private static final int MAX_AHEAD = 256;

	private static final long MAX_AHEAD_BYTES = 1024 * 1024;

	/** How long a consumer that takes nothing may hold up the others, in nanoseconds. */
	private static final long MAX_HOLD = TimeUnit.SECONDS.toNanos(5);

	private final Session session;

	private final FluxSink<T> sink;

	private final ReplyReader<T> reader;

	private final AtomicLong requested = new AtomicLong();

	private volatile long delivered;

	/** Bytes since the consumer had last asked for more than there was. */
	private long bytesAhead;

	/** So much may be ahead when reading goes on. */
	private volatile long resumeAt;

	private volatile boolean full;

	/** When its consumer last took anything, while it is full. */
	private volatile long lastTaken;

	private StreamCall(Header header, TNetstring body, Duration timeout, Session session, FluxSink<T> sink,
			ReplyReader<T> reader) {
		super(header, body, timeout);
		this.session = session;
		this.sink = sink;
		this.reader = reader;
	}

	/** A stream that calls anew for each subscriber. */
	static <T> Flux<T> flux(Function<ContextView, ClientRequest> requests, TNetstring body, Duration timeout,
			Session session, ReplyReader<T> reader) {
		return Flux.create((sink) -> {
			ClientRequest request = requests.apply(sink.contextView());
			StreamCall<T> call = new StreamCall<>(request.header(), body, timeout, session, sink, reader);
			call.submitted(session, request);
			sink.onRequest(call::request);
			sink.onCancel(call::cancel);
			session.submit(call);
		});
	}

	@Override
	boolean isStream() {
		return true;
	}

	/** Whether the connection has to wait for the consumer. */
	boolean isFull() {
		return this.full && !isEnded();
	}

	private void request(long count) {
		this.requested.accumulateAndGet(count, (sum, more) -> (sum + more < 0) ? Long.MAX_VALUE : sum + more);
		if (this.full) {
			this.lastTaken = System.nanoTime();
			if (isCaughtUp()) {
				this.session.execute(this::caughtUp);
			}
		}
	}

	/** While it is full it is up to the consumer, and not to the server. */
	@Override
	long left(long now) {
		return isFull() ? this.lastTaken + MAX_HOLD - now : super.left(now);
	}

	@Override
	PetrichorTimeoutException late() {
		return isFull()
				? new PetrichorTimeoutException(
						"the stream was cut off: its consumer held up the connection for too long", true)
				: super.late();
	}

	private boolean isCaughtUp() {
		return this.delivered - this.requested.get() <= this.resumeAt;
	}

	private void caughtUp() {
		ClientConnection connection = this.connection;
		this.full = false;
		this.deadline = System.nanoTime() + timeout().toNanos();
		if (connection != null) {
			connection.release();
		}
	}

	private void cancel() {
		if (giveUp()) {
			this.session.abandon(this);
		}
	}

	@Override
	void next(Message reply) {
		emit(reply);
		long ahead = ++this.delivered - this.requested.get();
		this.bytesAhead = (ahead > 0) ? this.bytesAhead + reply.body().size() : 0;
		if ((ahead > MAX_AHEAD || this.bytesAhead > MAX_AHEAD_BYTES) && this.connection != null) {
			this.resumeAt = (this.bytesAhead > MAX_AHEAD_BYTES) ? 0 : MAX_AHEAD / 2;
			this.lastTaken = System.nanoTime();
			this.full = true;
			if (isCaughtUp()) {
				this.full = false;
			}
			else {
				this.connection.hold(this.lastTaken + MAX_HOLD);
			}
		}
	}

	private void emit(Message reply) {
		if (isEnded()) {
			return;
		}
		try {
			emitLast(reply);
		}
		catch (Throwable ex) {
			cancel();
			this.sink.error(ex);
		}
	}

	@Override
	void succeeded(Message reply) {
		try {
			if (!this.begun && !reply.header().has(HeaderKeys.RE) && reply.body().type() == TNetstringType.LIST) {
				// A plain server gathers what would be a stream.
				for (Object element : reply.body().asList()) {
					emitLast(Message.of(reply.header(), element));
				}
			}
			else if (!reply.body().isNull()) {
				emitLast(reply);
			}
			this.sink.complete();
		}
		catch (Throwable ex) {
			this.sink.error(ex);
		}
	}

	private void emitLast(Message reply) {
		T value = this.reader.read(reply);
		if (value != null) {
			this.sink.next(value);
		}
	}

	@Override
	void failed(PetrichorClientException failure) {
		this.sink.error(failure);
	}

}
