package io.petrichor.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpClient;

import io.petrichor.handler.Dispatcher;
import io.petrichor.protocol.PairLimits;

/**
 * What the builder of a client was told, checked and fixed.
 *
 * @param name the name of the client
 * @param addresses where servers are
 * @param roundRobin whether each connect begins with another address
 * @param identity what the client says of itself
 * @param identityCustomizers who changes that at every connect
 * @param connectTimeout for TCP and TLS, and how long calls wait for a connection
 * @param handshakeTimeout from then to the answer of the server
 * @param requestTimeout for a call that says nothing else
 * @param maxInFlight the most calls that wait for replies
 * @param maxWaiting the most calls that wait to be sent
 * @param reconnect the wait between connects, or null to connect with the next call only
 * @param limits what pairs of the server may cost
 * @param messageTimeout from the first byte of a pair to its last
 * @param tls TLS, if any
 * @param dispatcher who answers requests of the server, if anybody
 * @param listener told of states
 * @param listeners told of what else happens, made for each client
 * @param observer told of each call, if anybody is
 * @param loops where the event loop comes from, or null for one of the client's own
 * @param customizer the last word on the socket
 */
record ClientSettings(String name, List<Address> addresses, boolean roundRobin, Map<String, Object> identity,
		List<IdentityCustomizer> identityCustomizers, Duration connectTimeout, Duration handshakeTimeout,
		Duration requestTimeout, int maxInFlight, int maxWaiting, @Nullable Backoff reconnect, PairLimits limits,
		Duration messageTimeout, @Nullable ClientTls tls, @Nullable Dispatcher dispatcher,
		@Nullable Consumer<PetrichorClientStateEvent> listener,
		List<Function<PetrichorClient, ClientListener>> listeners, @Nullable CallObserver observer,
		@Nullable LoopResources loops, UnaryOperator<TcpClient> customizer) {

	/** Whether there is anything that could answer a request of the server. */
	boolean hasHandlers() {
		return this.dispatcher != null && !this.dispatcher.registry().isEmpty();
	}

	/** What the first pair may cost, until the server has let us in. */
	PairLimits handshakeLimits() {
		int size = 16 * 1024;
		return new PairLimits(size, size, this.limits.values().withMaxDepth(8).withMaxElements(256));
	}

}
