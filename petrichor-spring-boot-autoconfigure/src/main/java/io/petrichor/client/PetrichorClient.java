package io.petrichor.client;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpClient;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.util.Assert;

import io.petrichor.handler.Bodies;
import io.petrichor.handler.Dispatcher;
import io.petrichor.protocol.Capabilities;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.PairLimits;
import io.petrichor.tnetstring.TNetstring;

/**
 * A client of the Petrichor protocol. All calls share one connection, which is opened
 * with the first of them and comes back when it is lost. Immutable and thread-safe.
 * <p>
 * Every call ends within its timeout: with the reply, or with a
 * {@link PetrichorClientException}. Calls that are sent are never sent again, unless the
 * server promises that it did not execute them.
 *
 * @since 0.1.0
 */
public interface PetrichorClient extends AutoCloseable {

	/**
	 * Begin a client.
	 * @return a builder with safe defaults
	 */
	static Builder builder() {
		return new Builder();
	}

	/**
	 * What tells this client from others of the application.
	 * @return the name
	 */
	String name();

	/**
	 * Begin a call of a route.
	 * @param route the route, as the header key {@code to}
	 * @return the call, to be completed by one thread
	 */
	RequestSpec to(String route);

	/**
	 * Begin a call of a route with variables. Meters and spans have the route as it
	 * stands here, whatever the variables are.
	 * @param template the route, some of whose segments are names in braces, as in
	 * {@code orders.{id}.lines}
	 * @param variables what comes in the place of these, in their order: of each the text
	 * as {@link String#valueOf(Object)} has it, which must not have a dot
	 * @return the call, to be completed by one thread
	 * @throws IllegalArgumentException if template and variables do not fit
	 */
	RequestSpec to(String template, Object... variables);

	/**
	 * Begin a call without a route: the only kind that the seed's server knows.
	 * @return the call, to be completed by one thread
	 */
	RequestSpec request();

	/**
	 * The connection at this moment.
	 * @return its state, and what the server said of itself
	 */
	Connection connection();

	/**
	 * Connect now instead of with the first call. Blocks until the server has let the
	 * client in; does nothing if it is connected.
	 * @throws PetrichorDeniedException if the server denies
	 * @throws PetrichorConnectionException if no address can be connected to
	 */
	void connect();

	/**
	 * End all calls with an error, and close the connection. Returns within two seconds,
	 * and at once when called on an event loop; closing twice does nothing.
	 */
	@Override
	void close();

	/**
	 * A call that has not been made. Each is made by one of the methods that give a
	 * reply; nothing happens before, or, with {@code Mono} and {@code Flux}, before they
	 * are subscribed to. Not thread-safe.
	 */
	interface RequestSpec {

		/**
		 * Add a key to the header.
		 * @param key the key, none of the protocol's own
		 * @param value a string, an integer, a boolean, or a list or map of these
		 * @return this call
		 */
		RequestSpec header(String key, Object value);

		/**
		 * The body of the request; an empty string if not set.
		 * @param body anything that has a TNetstring
		 * @return this call
		 */
		RequestSpec body(@Nullable Object body);

		/**
		 * How long to wait for the reply, or for each element of a stream. The server is
		 * told, so that it does not work for nobody.
		 * @param timeout the time, at least a millisecond
		 * @return this call
		 */
		RequestSpec timeout(Duration timeout);

		/**
		 * Call, and wait for the reply. Must not be used on an event loop.
		 * @param <T> the type of the reply's body
		 * @param type the same
		 * @return the body, null if it is null
		 * @throws PetrichorClientException if there is no reply, or it is an error
		 */
		<T> @Nullable T retrieve(Class<T> type);

		/**
		 * As {@link #retrieve(Class)}, for types with parameters.
		 * @param <T> the type of the reply's body
		 * @param type the same
		 * @return the body, null if it is null
		 */
		<T> @Nullable T retrieve(ParameterizedTypeReference<T> type);

		/**
		 * Call. The future completes on an event loop, so what depends on it must not
		 * block there; cancelling it cancels the call.
		 * @param <T> the type of the reply's body
		 * @param type the same
		 * @return the body, null if it is null, or a {@link PetrichorClientException}
		 */
		<T> CompletableFuture<T> retrieveAsync(Class<T> type);

		/**
		 * As {@link #retrieveAsync(Class)}, for types with parameters.
		 * @param <T> the type of the reply's body
		 * @param type the same
		 * @return the body, null if it is null, or a {@link PetrichorClientException}
		 */
		<T> CompletableFuture<T> retrieveAsync(ParameterizedTypeReference<T> type);

		/**
		 * Call with each subscription. Signals come on an event loop; cancelling cancels
		 * the call.
		 * @param <T> the type of the reply's body
		 * @param type the same
		 * @return the body, empty if it is null
		 */
		<T> Mono<T> retrieveMono(Class<T> type);

		/**
		 * As {@link #retrieveMono(Class)}, for types with parameters.
		 * @param <T> the type of the reply's body
		 * @param type the same
		 * @return the body, empty if it is null
		 */
		<T> Mono<T> retrieveMono(ParameterizedTypeReference<T> type);

		/**
		 * Call with each subscription, for a stream of replies. A server that knows no
		 * streams replies with a list, whose elements these are. A consumer that is much
		 * slower than the server holds up the connection; after five seconds of taking
		 * nothing it is cut off.
		 * @param <T> the type of the elements
		 * @param type the same
		 * @return the elements in order
		 */
		<T> Flux<T> retrieveFlux(Class<T> type);

		/**
		 * As {@link #retrieveFlux(Class)}, for types with parameters.
		 * @param <T> the type of the elements
		 * @param type the same
		 * @return the elements in order
		 */
		<T> Flux<T> retrieveFlux(ParameterizedTypeReference<T> type);

		/**
		 * Call, and wait for the reply with its header. Must not be used on an event
		 * loop.
		 * @param <T> the type of the reply's body
		 * @param type the same
		 * @return header and body
		 * @throws PetrichorClientException if there is no reply, or it is an error
		 */
		<T> Reply<T> exchange(Class<T> type);

		/**
		 * As {@link #exchange(Class)}, for types with parameters.
		 * @param <T> the type of the reply's body
		 * @param type the same
		 * @return header and body
		 */
		<T> Reply<T> exchange(ParameterizedTypeReference<T> type);

		/**
		 * Call, and want no reply. Never blocks.
		 * @return done when the request is on its way to the socket, which does not mean
		 * that it arrives; or a {@link PetrichorClientException}
		 */
		CompletableFuture<@Nullable Void> send();

	}

	/**
	 * A reply.
	 *
	 * @param <T> the type of its body
	 * @param header its header
	 * @param body its body
	 */
	record Reply<T>(Header header, @Nullable T body) {

	}

	/**
	 * What a client knows of its connection.
	 *
	 * @param state the state of the client; header, welcome, capabilities and address are
	 * of the last connection, and not there before the first
	 * @param header the header of the server's first pair
	 * @param welcome its body
	 * @param capabilities what the server is ready to receive
	 * @param address where the server is
	 * @param failure why there is no connection, or null if there is one or was never to
	 * be one
	 * @param inFlight how many calls wait for replies
	 * @param waiting how many calls wait to be sent
	 */
	record Connection(State state, @Nullable Header header, @Nullable TNetstring welcome, Capabilities capabilities,
			@Nullable SocketAddress address, @Nullable Throwable failure, int inFlight, int waiting) {

	}

	/**
	 * The states of a client.
	 */
	enum State {

		/** The next call connects. */
		IDLE,

		/** On the way to a server. */
		CONNECTING,

		/** A server has let the client in. */
		CONNECTED,

		/** Connects again by itself after a while. */
		WAITING,

		/** A server has denied for good; this client is of no more use. */
		DENIED,

		/** Closed. */
		CLOSED

	}

	/**
	 * Makes clients. Not thread-safe; can be used again after {@link #build()}.
	 */
	final class Builder implements Cloneable {

		private String name = "petrichor";

		private List<Address> addresses = List.of(Address.parse("127.0.0.1"));

		private boolean roundRobin;

		private Map<String, Object> identity = new LinkedHashMap<>();

		private List<IdentityCustomizer> identityCustomizers = new ArrayList<>();

		private Duration connectTimeout = Duration.ofSeconds(5);

		private Duration handshakeTimeout = Duration.ofSeconds(20);

		private Duration requestTimeout = Duration.ofSeconds(30);

		private int maxInFlight = 1024;

		private int maxWaiting = 16384;

		private @Nullable Backoff reconnect = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));

		private PairLimits limits = PairLimits.DEFAULTS;

		private Duration messageTimeout = Duration.ofSeconds(30);

		private @Nullable ClientTls tls;

		private @Nullable Bodies bodies;

		private @Nullable Dispatcher dispatcher;

		private @Nullable Consumer<PetrichorClientStateEvent> listener;

		private List<Function<PetrichorClient, ClientListener>> listeners = new ArrayList<>();

		private @Nullable CallObserver observer;

		private @Nullable LoopResources loops;

		private UnaryOperator<TcpClient> customizer = UnaryOperator.identity();

		Builder() {
			this.identity.put(HeaderKeys.USER, "anonymous");
			this.identity.put(HeaderKeys.IDENT, UUID.randomUUID().toString().replace("-", ""));
			this.identity.put(HeaderKeys.VERSION, "0.1");
		}

		/**
		 * What tells this client from others of the application, in logs and events.
		 * @param name the name
		 * @return this builder
		 */
		public Builder name(String name) {
			this.name = name;
			return this;
		}

		/**
		 * The name set so far.
		 * @return the name
		 */
		public String name() {
			return this.name;
		}

		/**
		 * Where the server is, or servers that are as good as each other. Names are
		 * looked up anew for every connect; all of their addresses are tried.
		 * @param addresses of the form {@code host:port}; the first is tried first
		 * @return this builder
		 */
		public Builder address(String... addresses) {
			Assert.notEmpty(addresses, "there must be at least one");
			this.addresses = Arrays.stream(addresses).map(Address::parse).toList();
			return this;
		}

		/**
		 * Whether each connect begins with the next address, from a random one on,
		 * instead of the first.
		 * @param roundRobin true to spread clients over the addresses
		 * @return this builder
		 */
		public Builder roundRobin(boolean roundRobin) {
			this.roundRobin = roundRobin;
			return this;
		}

		/**
		 * The user that the client says it is; {@code anonymous} if not set.
		 * @param user the name
		 * @return this builder
		 */
		public Builder user(String user) {
			return identity(HeaderKeys.USER, user);
		}

		/**
		 * Something that the client says of itself with every connect. {@code user},
		 * {@code ident} and {@code version} are always there.
		 * @param key a key of the first header
		 * @param value its value
		 * @return this builder
		 */
		public Builder identity(String key, Object value) {
			this.identity.put(key, value);
			return this;
		}

		/**
		 * Something that changes the identity anew for every connect.
		 * @param customizer asked after those that were added before
		 * @return this builder
		 */
		public Builder identity(IdentityCustomizer customizer) {
			this.identityCustomizers.add(customizer);
			return this;
		}

		/**
		 * How long TCP and TLS may take for one address, and how long a call waits for a
		 * connection; 5 seconds if not set.
		 * @param timeout the time
		 * @return this builder
		 */
		public Builder connectTimeout(Duration timeout) {
			this.connectTimeout = positive(timeout);
			return this;
		}

		/**
		 * How long the server may take to answer the identity; 20 seconds if not set,
		 * since the seed's server serves one connection after the other.
		 * @param timeout the time
		 * @return this builder
		 */
		public Builder handshakeTimeout(Duration timeout) {
			this.handshakeTimeout = positive(timeout);
			return this;
		}

		/**
		 * How long a call may take that says nothing else; 30 seconds if not set.
		 * @param timeout the time
		 * @return this builder
		 */
		public Builder requestTimeout(Duration timeout) {
			this.requestTimeout = positive(timeout);
			return this;
		}

		/**
		 * The most calls that wait for replies, if the server does not take fewer; 1024
		 * if not set.
		 * @param maxInFlight the number, at least 1
		 * @return this builder
		 */
		public Builder maxInFlight(int maxInFlight) {
			Assert.isTrue(maxInFlight > 0, "'maxInFlight' must be positive");
			this.maxInFlight = maxInFlight;
			return this;
		}

		/**
		 * The most calls that wait to be sent; what is over it fails at once. 16384 if
		 * not set.
		 * @param maxWaiting the number, at least 1
		 * @return this builder
		 */
		public Builder maxWaiting(int maxWaiting) {
			Assert.isTrue(maxWaiting > 0, "'maxWaiting' must be positive");
			this.maxWaiting = maxWaiting;
			return this;
		}

		/**
		 * How long to wait before connecting again: any time up to a bound that doubles
		 * with each failure in a row. From 500 ms to 30 seconds if not set.
		 * @param first the first bound
		 * @param max the highest bound
		 * @return this builder
		 */
		public Builder reconnect(Duration first, Duration max) {
			this.reconnect = new Backoff(positive(first), positive(max));
			return this;
		}

		/**
		 * Connect again with the next call only; calls do not wait for more than one
		 * round of all addresses.
		 * @return this builder
		 */
		public Builder noReconnect() {
			this.reconnect = null;
			return this;
		}

		/**
		 * What a pair of the server may cost.
		 * @param limits the limits
		 * @return this builder
		 */
		public Builder limits(PairLimits limits) {
			this.limits = limits;
			return this;
		}

		/**
		 * How long a pair of the server may take from its first byte to its last; 30
		 * seconds if not set.
		 * @param timeout the time
		 * @return this builder
		 */
		public Builder messageTimeout(Duration timeout) {
			this.messageTimeout = positive(timeout);
			return this;
		}

		/**
		 * Use TLS. The name of the server is always verified.
		 * @param bundle keys and certificates
		 * @return this builder
		 */
		public Builder ssl(SslBundle bundle) {
			this.tls = new ClientTls(bundle);
			return this;
		}

		/**
		 * Use TLS with a named bundle, and with its new certificates as soon as it has
		 * any.
		 * @param bundles all bundles
		 * @param name the name of one
		 * @return this builder
		 */
		public Builder ssl(SslBundles bundles, String name) {
			ClientTls tls = new ClientTls(bundles.getBundle(name));
			bundles.addBundleUpdateHandler(name, tls::update);
			this.tls = tls;
			return this;
		}

		/**
		 * What reads and writes bodies. If not set, Jackson does with its defaults, if it
		 * is there.
		 * @param bodies the same as handlers have
		 * @return this builder
		 */
		public Builder bodies(Bodies bodies) {
			this.bodies = bodies;
			return this;
		}

		/**
		 * Who answers requests of the server; it is told that there are none if not set.
		 * @param dispatcher the handlers
		 * @return this builder
		 */
		public Builder dispatcher(@Nullable Dispatcher dispatcher) {
			this.dispatcher = dispatcher;
			return this;
		}

		/**
		 * Who is told of each change of the state, in order, on a thread that may block.
		 * @param listener the listener
		 * @return this builder
		 */
		public Builder listener(Consumer<PetrichorClientStateEvent> listener) {
			this.listener = listener;
			return this;
		}

		/**
		 * Who is told of what happens to each client that is built, besides its state.
		 * @param listener makes a listener for a client; asked once for each
		 * @return this builder
		 */
		public Builder clientListener(Function<PetrichorClient, ClientListener> listener) {
			this.listeners.add(listener);
			return this;
		}

		/**
		 * Who follows each call; nobody if not set.
		 * @param observer the observer
		 * @return this builder
		 */
		public Builder observer(CallObserver observer) {
			this.observer = observer;
			return this;
		}

		/**
		 * Event loops to share among clients, which do not dispose of them. A client
		 * without has one thread of its own.
		 * @param loops the event loops
		 * @return this builder
		 */
		public Builder loopResources(LoopResources loops) {
			this.loops = loops;
			return this;
		}

		/**
		 * The last word on the socket.
		 * @param customizer applied after those that were added before
		 * @return this builder
		 */
		public Builder tcpClient(UnaryOperator<TcpClient> customizer) {
			UnaryOperator<TcpClient> before = this.customizer;
			this.customizer = (client) -> customizer.apply(before.apply(client));
			return this;
		}

		/**
		 * Make a client. It connects with its first call, or with
		 * {@link PetrichorClient#connect()}.
		 * @return the client, to be closed
		 */
		public PetrichorClient build() {
			ClientSettings settings = new ClientSettings(this.name, this.addresses, this.roundRobin,
					Collections.unmodifiableMap(new LinkedHashMap<>(this.identity)),
					List.copyOf(this.identityCustomizers), this.connectTimeout, this.handshakeTimeout,
					this.requestTimeout, this.maxInFlight, this.maxWaiting, this.reconnect, this.limits,
					this.messageTimeout, this.tls, this.dispatcher, this.listener, List.copyOf(this.listeners),
					this.observer, this.loops, this.customizer);
			return new DefaultPetrichorClient(settings, (this.bodies != null) ? this.bodies : Bodies.create());
		}

		@Override
		public Builder clone() {
			try {
				Builder clone = (Builder) super.clone();
				clone.identity = new LinkedHashMap<>(this.identity);
				clone.identityCustomizers = new ArrayList<>(this.identityCustomizers);
				clone.listeners = new ArrayList<>(this.listeners);
				return clone;
			}
			catch (CloneNotSupportedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		private static Duration positive(Duration timeout) {
			Assert.isTrue(timeout.toMillis() > 0, "a timeout must be at least a millisecond");
			return timeout;
		}

	}

}
