package io.petrichor.server;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

import io.petrichor.handler.PetrichorError;
import io.petrichor.handler.PetrichorException;
import io.petrichor.protocol.Capabilities;
import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.Message;
import io.petrichor.protocol.StreamParts;
import io.petrichor.tnetstring.TNetstring;

/**
 * Requests from the server to its peer, and the replies to them. Any thread.
 */
final class PushedRequests {

	private static final OccasionalLog failures = new OccasionalLog(LogFactory.getLog(PushedRequests.class));

	private final String id;

	private final Outbound out;

	private final Duration timeout;

	private final int maxReply;

	private final AtomicLong ids = new AtomicLong();

	private final Map<Long, Pending> pending = new ConcurrentHashMap<>();

	/** How many more requests the peer takes. */
	private volatile Semaphore free = new Semaphore(0);

	private volatile Capabilities capabilities = Capabilities.NONE;

	PushedRequests(String id, Outbound out, Duration timeout, int maxReply) {
		this.id = id;
		this.out = out;
		this.timeout = timeout;
		this.maxReply = maxReply;
	}

	/** The peer is let in. */
	void allow(Capabilities capabilities) {
		this.free = new Semaphore(capabilities.re());
		this.capabilities = capabilities;
	}

	void send(String to, TNetstring body) {
		require(this.capabilities.push() && this.capabilities.oneway());
		Map<String, Object> header = new LinkedHashMap<>();
		header.put(HeaderKeys.TO, to);
		header.put(HeaderKeys.ONEWAY, true);
		this.out.push(Header.of(header), body);
	}

	Mono<TNetstring> request(String to, TNetstring body) {
		require(this.capabilities.push() && this.capabilities.re() > 0);
		return Mono.<TNetstring>create((sink) -> request(to, body, sink))
			.timeout(this.timeout)
			.onErrorMap(TimeoutException.class,
					(ex) -> new PetrichorException(ErrorCode.TIMEOUT, "no reply within " + this.timeout));
	}

	private void request(String to, TNetstring body, MonoSink<TNetstring> sink) {
		if (!this.free.tryAcquire()) {
			sink.error(new PetrichorException(ErrorCode.BUSY, "the peer has as many requests as it takes"));
			return;
		}
		Long id = this.ids.incrementAndGet();
		this.pending.put(id, new Pending(sink));
		sink.onCancel(() -> cancel(id));
		Map<String, Object> header = new LinkedHashMap<>();
		header.put(HeaderKeys.TO, to);
		header.put(HeaderKeys.ID, id);
		try {
			this.out.push(Header.of(header), body);
		}
		catch (Throwable ex) {
			remove(id);
			throw ex;
		}
		if (!this.out.isOpen()) {
			close();
		}
	}

	private void cancel(Long id) {
		if (remove(id) != null && this.capabilities.more()) {
			Map<String, Object> header = new LinkedHashMap<>();
			header.put(HeaderKeys.ID, id);
			header.put(HeaderKeys.CANCEL, true);
			try {
				this.out.push(Header.of(header), TNetstring.NULL);
			}
			catch (IllegalStateException ex) {
				// A courtesy to a peer that does not read it. Whoever cancels goes on.
			}
		}
	}

	/** It is not in flight any more; null if it was not before. */
	private @Nullable Pending remove(Long id) {
		@Nullable Pending waiting = this.pending.remove(id);
		if (waiting != null) {
			this.free.release();
		}
		return waiting;
	}

	/** A reply, or a part of one. One that nobody waits for is dropped. */
	void answered(Message reply) {
		@Nullable Long id = reply.header().integer(HeaderKeys.RE);
		@Nullable Pending waiting = (id != null) ? this.pending.get(id) : null;
		if (id == null || waiting == null) {
			return;
		}
		if (!reply.header().flag(HeaderKeys.MORE) || waiting.add(reply.body()) > this.maxReply) {
			remove(id);
			waiting.end(reply);
		}
	}

	void close() {
		PetrichorException gone = new PetrichorException(ErrorCode.CANCELLED, "the connection is gone");
		for (Long id : this.pending.keySet()) {
			@Nullable Pending waiting = remove(id);
			if (waiting != null) {
				fail(waiting, gone);
			}
		}
	}

	/** Whoever waits for it may throw anything, and the others are to be told as well. */
	private void fail(Pending waiting, PetrichorException reason) {
		try {
			waiting.sink.error(reason);
		}
		catch (Throwable ex) {
			failures.error(
					"Whoever waits for a reply on connection %s failed when told that it is gone".formatted(this.id),
					ex);
		}
	}

	private void require(boolean able) {
		if (!able) {
			throw new UnsupportedOperationException("The peer of connection " + this.id
					+ " takes no such requests: the 'can' of its handshake does not name 'push' and what goes with it");
		}
	}

	/** A request that waits for its reply; a stream becomes one list. */
	private static final class Pending {

		private final MonoSink<TNetstring> sink;

		private @Nullable StreamParts parts;

		Pending(MonoSink<TNetstring> sink) {
			this.sink = sink;
		}

		/** A part of it; tells the bytes of all parts. */
		long add(TNetstring part) {
			if (this.parts == null) {
				this.parts = new StreamParts();
			}
			return this.parts.add(part);
		}

		void end(Message last) {
			@Nullable String code = last.header().text(HeaderKeys.ERROR);
			if (code != null) {
				@Nullable Long retry = last.header().integer(HeaderKeys.RETRY);
				this.sink.error(new PetrichorException(new PetrichorError(code, last.body().value(),
						(retry != null) ? Duration.ofMillis(retry) : null), null));
			}
			else if (last.header().flag(HeaderKeys.MORE)) {
				this.sink.error(new PetrichorException(ErrorCode.TOO_BIG, "the reply is longer than what is read"));
			}
			else {
				this.sink.success(((this.parts != null) ? this.parts.reply(last) : last).body());
			}
		}

	}

}
