package io.petrichor.server;

import java.util.concurrent.TimeUnit;

import io.netty.channel.Channel;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.Capabilities;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.PairInput;
import io.petrichor.protocol.ProtocolException;
import io.petrichor.tnetstring.TNetstring;

/**
 * What a connection is at between its accept and its close, why it will be gone, and the
 * steps of its end: goodbye, the last replies, the end of the stream, the peer's own.
 * Methods are for the event loop unless they say otherwise.
 */
final class Lifecycle {

	private static final Header BYE = Header.of(HeaderKeys.BYE, true);

	private static final TNetstring GOODBYE = TNetstring.of("going away");

	/**
	 * How long a peer that has ended its half is worked for. One that names what it can
	 * and has just gone away looks the same, and the work for it is to end. Plain peers
	 * end their half to say that they have asked everything, and only then wait.
	 */
	private static final long PATIENCE_SECONDS = 2;

	private final Channel channel;

	private final PairInput in;

	private final Outbound out;

	private final Runnable lingering;

	private final long accepted = System.nanoTime();

	private volatile ConnectionState state = ConnectionState.HANDSHAKE;

	private volatile @Nullable CloseReason reason;

	/** Runs while a peer that has ended its half may still be there. */
	private @Nullable ScheduledFuture<?> patience;

	private boolean outputEnded;

	private long endingSince;

	/**
	 * Create a life that begins with the accept.
	 * @param channel the connection
	 * @param in what comes from the peer
	 * @param out what goes to it
	 * @param lingering run when there is nothing left but to wait for the peer
	 */
	Lifecycle(Channel channel, PairInput in, Outbound out, Runnable lingering) {
		this.channel = channel;
		this.in = in;
		this.out = out;
		this.lingering = lingering;
	}

	/** Any thread. */
	ConnectionState state() {
		return this.state;
	}

	/** Whether the connection is at a state or beyond it; any thread. */
	boolean hasReached(ConnectionState state) {
		return this.state.compareTo(state) >= 0;
	}

	/** Nanoseconds since the accept; any thread. */
	long age(long now) {
		return now - this.accepted;
	}

	/** Why the connection will be gone, unless that is known already; any thread. */
	void because(CloseReason reason) {
		if (this.reason == null) {
			this.reason = reason;
		}
	}

	/** Why the connection will be gone, or null if that is not known; any thread. */
	@Nullable CloseReason reason() {
		return this.reason;
	}

	/** Close the connection, whatever it is at; any thread. */
	void close(CloseReason reason) {
		because(reason);
		this.channel.close();
	}

	/** The first pair is there. */
	void decide() {
		this.state = ConnectionState.DECIDING;
	}

	/** The peer is let in. */
	void open() {
		this.state = ConnectionState.OPEN;
	}

	/** The peer has ended its half, or this server wants to end. */
	void leave(Capabilities capabilities) {
		if (this.in.isEnded()) {
			if (!capabilities.plain() && this.state == ConnectionState.OPEN) {
				this.patience = this.channel.eventLoop().schedule(this::gone, PATIENCE_SECONDS, TimeUnit.SECONDS);
			}
			end();
		}
		else if (capabilities.bye()) {
			ending(ConnectionState.GOING);
			this.out.write(BYE, GOODBYE);
		}
		else {
			end();
		}
	}

	/** The peer is taken for gone: only what is answered by now still goes to it. */
	private void gone() {
		if (this.state == ConnectionState.ENDING) {
			linger();
		}
	}

	/** Requests are read no more; what was read is answered. */
	void end() {
		if (this.state == ConnectionState.OPEN || this.state == ConnectionState.GOING) {
			ending(ConnectionState.ENDING);
		}
	}

	private void ending(ConnectionState state) {
		this.state = state;
		this.endingSince = System.nanoTime();
	}

	/** Everything is answered but what the peer did wrong. */
	void finish() {
		ProtocolException failure = this.in.failure();
		if (failure != null) {
			this.out.write(Header.of(HeaderKeys.ERROR, failure.code().wireName()), TNetstring.of(failure.getMessage()));
		}
		linger();
	}

	/** Close so that the peer can read everything that was written. */
	void linger() {
		this.state = ConnectionState.LINGERING;
		waitNoLonger();
		this.in.close();
		this.out.finish().addListener((finished) -> {
			this.outputEnded = true;
			this.endingSince = System.nanoTime();
			if (this.in.isEnded() || !finished.isSuccess()) {
				this.channel.close();
			}
		});
		this.channel.read();
		this.lingering.run();
	}

	/** The peer has ended its half as well. */
	void met() {
		if (this.outputEnded) {
			this.channel.close();
		}
	}

	/** Whether the socket has taken the last byte. */
	boolean isOutputEnded() {
		return this.outputEnded;
	}

	/** Nanoseconds since the last step of the end. */
	long endingFor(long now) {
		return now - this.endingSince;
	}

	/** The connection is gone. */
	void closed() {
		this.state = ConnectionState.CLOSED;
		waitNoLonger();
		this.in.close();
		this.out.close();
	}

	private void waitNoLonger() {
		if (this.patience != null) {
			this.patience.cancel(false);
			this.patience = null;
		}
	}

}
