package io.petrichor.metrics;

import java.time.Duration;
import java.util.List;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

import io.petrichor.protocol.ErrorCode;
import io.petrichor.server.CloseReason;
import io.petrichor.server.HandshakeOutcome;
import io.petrichor.server.RejectReason;
import io.petrichor.server.ServerListener;

/**
 * Counts what happens to the connections of a server. Every meter is registered here and
 * now, and there will be no others.
 *
 * @since 0.1.0
 */
public final class ServerMetrics extends TrafficMetrics implements ServerListener {

	private static final String PREFIX = "petrichor.server";

	private final Counter opened;

	private final List<Counter> closed;

	private final List<Counter> rejected;

	private final List<Timer> handshakes;

	private final Counter badRequests;

	private final Counter tooBig;

	private final Timer tlsSuccess;

	private final Timer tlsError;

	/**
	 * Create the meters.
	 * @param registry where they are registered
	 */
	public ServerMetrics(MeterRegistry registry) {
		super(registry, PREFIX, Tags.empty());
		this.opened = Counter.builder(PREFIX + ".connections.opened")
			.description("Connections that were accepted")
			.register(registry);
		this.closed = EachValue.meter(CloseReason.class,
				(reason) -> Counter.builder(PREFIX + ".connections.closed")
					.description("Connections that were accepted and are gone")
					.tag("reason", reason)
					.register(registry));
		this.rejected = EachValue.meter(RejectReason.class,
				(reason) -> Counter.builder(PREFIX + ".connections.rejected")
					.description("Connections that were closed before a byte was read")
					.tag("reason", reason)
					.register(registry));
		this.handshakes = EachValue.meter(HandshakeOutcome.class,
				(outcome) -> Timer.builder(PREFIX + ".handshakes")
					.description("From the accept of a connection to the decision on its peer")
					.tag("outcome", outcome)
					.register(registry));
		this.badRequests = protocolErrors(registry, ErrorCode.BAD_REQUEST);
		this.tooBig = protocolErrors(registry, ErrorCode.TOO_BIG);
		this.tlsSuccess = tls(registry, "success");
		this.tlsError = tls(registry, "error");
	}

	private static Counter protocolErrors(MeterRegistry registry, ErrorCode code) {
		return Counter.builder(PREFIX + ".protocol.errors")
			.description("Peers that broke the protocol, and so their connections")
			.tag("error", code.wireName())
			.register(registry);
	}

	private static Timer tls(MeterRegistry registry, String outcome) {
		return Timer.builder(PREFIX + ".tls.handshakes")
			.description("From the accept of a connection to TLS")
			.tag("outcome", outcome)
			.register(registry);
	}

	@Override
	public void connectionOpened() {
		this.opened.increment();
	}

	@Override
	public void connectionClosed(CloseReason reason) {
		this.closed.get(reason.ordinal()).increment();
	}

	@Override
	public void connectionRejected(RejectReason reason) {
		this.rejected.get(reason.ordinal()).increment();
	}

	@Override
	public void handshakeEnded(HandshakeOutcome outcome, long nanos) {
		this.handshakes.get(outcome.ordinal()).record(Duration.ofNanos(nanos));
	}

	@Override
	public void tlsHandshakeEnded(boolean success, long nanos) {
		(success ? this.tlsSuccess : this.tlsError).record(Duration.ofNanos(nanos));
	}

	@Override
	public void protocolError(ErrorCode code) {
		((code == ErrorCode.TOO_BIG) ? this.tooBig : this.badRequests).increment();
	}

}
