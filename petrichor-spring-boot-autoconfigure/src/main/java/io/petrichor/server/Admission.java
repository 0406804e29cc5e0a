package io.petrichor.server;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Gives a place to each connection as long as there is room, before anything is read from
 * it. The early drop is that of sshd's {@code MaxStartups}.
 */
final class Admission {

	private static final Log logger = LogFactory.getLog(Admission.class);

	/** Files that the rest of the application may open beside the connections. */
	private static final int RESERVED_FILES = 256;

	private final AdmissionLimits limits;

	private final int maxConnections;

	private final Map<Object, Source> sources = new HashMap<>();

	private int connections;

	private int pending;

	private final Penalties penalties;

	private final OccasionalLog full = new OccasionalLog(logger);

	private final OccasionalLog penalized = new OccasionalLog(logger);

	Admission(AdmissionLimits limits) {
		this(limits, OpenFiles.limit(), System::nanoTime);
	}

	Admission(AdmissionLimits limits, long maxFiles, LongSupplier clock) {
		this.limits = limits;
		this.maxConnections = (int) Math.min(limits.maxConnections(), Math.max(maxFiles - RESERVED_FILES, 1));
		if (this.maxConnections < limits.maxConnections()) {
			logger.warn(("This process may open %d files, so the Petrichor server takes %d connections at the most, "
					+ "not the %d of 'petrichor.server.max-connections'")
				.formatted(maxFiles, this.maxConnections, limits.maxConnections()));
		}
		this.penalties = new Penalties(limits, clock);
	}

	int maxConnections() {
		return this.maxConnections;
	}

	/**
	 * Ask for a place; any thread.
	 * @param remote where the connection comes from
	 * @return a place, or none and why
	 */
	Place claim(@Nullable SocketAddress remote) {
		Object address = address(remote);
		@Nullable RejectReason refused = this.penalties.concern(address) ? RejectReason.PENALTY : occupy(address);
		if (refused != null) {
			log(refused);
		}
		return new Place(address, refused);
	}

	private void log(RejectReason refused) {
		switch (refused) {
			case PENALTY -> this.penalized
				.warn("A connection is turned away: too many handshakes from its address " + "have failed of late");
			case ADDRESS -> this.full.warn("A connection is turned away: there are %d from its address"
				.formatted(this.limits.maxConnectionsPerAddress()));
			case HANDSHAKES -> this.full.warn("A connection is turned away: too many others have yet to be allowed");
			default -> this.full.warn(
					"A connection is turned away: there are %d, the most there may be".formatted(this.maxConnections));
		}
	}

	private synchronized @Nullable RejectReason occupy(Object address) {
		Source source = this.sources.getOrDefault(address, new Source());
		if (this.connections >= this.maxConnections) {
			return RejectReason.CONNECTIONS;
		}
		if (source.connections >= this.limits.maxConnectionsPerAddress()) {
			return RejectReason.ADDRESS;
		}
		if (source.pending >= this.limits.maxPendingPerAddress() || isDroppedEarly()) {
			return RejectReason.HANDSHAKES;
		}
		this.connections++;
		this.pending++;
		source.connections++;
		source.pending++;
		this.sources.put(address, source);
		return null;
	}

	/** Never up to half of what may be pending, always when all of it is. */
	private boolean isDroppedEarly() {
		int half = this.limits.maxPending() / 2;
		return ThreadLocalRandom.current().nextInt(this.limits.maxPending() - half) < this.pending - half;
	}

	private synchronized void decided(Object address) {
		Source source = this.sources.get(address);
		if (source != null) {
			this.pending--;
			source.pending--;
		}
	}

	private synchronized void leave(Object address) {
		Source source = this.sources.get(address);
		if (source != null) {
			this.connections--;
			if (--source.connections == 0) {
				this.sources.remove(address);
			}
		}
	}

	private static Object address(@Nullable SocketAddress remote) {
		InetAddress address = (remote instanceof InetSocketAddress internet) ? internet.getAddress() : null;
		if (address instanceof Inet6Address) {
			return ByteBuffer.wrap(address.getAddress(), 0, Long.BYTES).slice();
		}
		return (address != null) ? address : "unknown";
	}

	private static final class Source {

		private int connections;

		private int pending;

	}

	/** The place of one connection. Used by its event loop. */
	final class Place {

		private final Object address;

		private final @Nullable RejectReason refused;

		private boolean pending;

		Place(Object address, @Nullable RejectReason refused) {
			this.address = address;
			this.refused = refused;
			this.pending = refused == null;
		}

		/** Why there is no place, or null if there is. */
		@Nullable RejectReason refused() {
			return this.refused;
		}

		/** The peer is let in. */
		void allowed() {
			if (this.pending) {
				this.pending = false;
				decided(this.address);
			}
		}

		/** The peer is not let in, and it is its own fault. */
		void failed() {
			Admission.this.penalties.failed(this.address);
		}

		/** The connection is gone. */
		void leave() {
			allowed();
			if (this.refused == null) {
				Admission.this.leave(this.address);
			}
		}

	}

}
