package io.petrichor.autoconfigure;

import java.util.UUID;

import org.springframework.util.unit.DataSize;

import io.petrichor.protocol.PairLimits;
import io.petrichor.server.AdmissionLimits;
import io.petrichor.server.ServerIdentity;
import io.petrichor.server.ServerLimits;
import io.petrichor.tnetstring.TNetstring;

/**
 * The properties as the server wants them.
 *
 * @param identity what the server says of itself
 * @param admission how many may come
 * @param limits what peers may cost
 */
record PetrichorServerSettings(ServerIdentity identity, AdmissionLimits admission, ServerLimits limits) {

	private static final int HANDSHAKE_DEPTH = 8;

	private static final int HANDSHAKE_ELEMENTS = 256;

	static PetrichorServerSettings of(PetrichorServerProperties properties) {
		return new PetrichorServerSettings(identity(properties.getIdentity()), admission(properties),
				limits(properties));
	}

	private static ServerIdentity identity(PetrichorServerProperties.Identity identity) {
		String ident = identity.getIdent();
		return new ServerIdentity((ident != null) ? ident : UUID.randomUUID().toString().replace("-", ""),
				identity.getVersion(), TNetstring.of(identity.getWelcome()));
	}

	private static AdmissionLimits admission(PetrichorServerProperties properties) {
		PetrichorServerProperties.Handshake handshake = properties.getHandshake();
		PetrichorServerProperties.Authentication authentication = properties.getAuthentication();
		return new AdmissionLimits(properties.getMaxConnections(), properties.getMaxConnectionsPerAddress(),
				handshake.getMaxPending(), handshake.getMaxPendingPerAddress(), authentication.getFailuresPerMinute(),
				authentication.getPenalty());
	}

	private static ServerLimits limits(PetrichorServerProperties properties) {
		PetrichorServerProperties.Handshake handshake = properties.getHandshake();
		PairLimits limits = properties.getMessage().limits();
		PetrichorServerProperties.Outbound outbound = properties.getOutbound();
		int handshakeSize = PetrichorMessageProperties.bytes(handshake.getMaxSize());
		return new ServerLimits(handshake.getTimeout(),
				new PairLimits(handshakeSize, handshakeSize,
						limits.values()
							.withMaxSize(PetrichorMessageProperties.onTheWire(handshakeSize))
							.withMaxDepth(HANDSHAKE_DEPTH)
							.withMaxElements(HANDSHAKE_ELEMENTS)),
				limits, properties.getMessage().getTimeout(), properties.getIdleTimeout(),
				properties.getDispatch().getMaxInFlight(), outbound.getMaxPending().toBytes(),
				outbound.getWriteTimeout(), maxBuffered(properties));
	}

	/** A small heap gives more of itself, so that what is not configured fits. */
	private static long maxBuffered(PetrichorServerProperties properties) {
		DataSize configured = properties.getMaxBuffered();
		if (configured != null) {
			return configured.toBytes();
		}
		long heap = Runtime.getRuntime().maxMemory();
		long needed = ServerLimits.leastBuffered(properties.getMessage().getMaxBodySize().toBytes());
		return Math.max(heap / 4, Math.min(needed, heap / 2));
	}

}
