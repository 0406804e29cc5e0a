package io.petrichor.server;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.netty.ReactorNetty;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ApplicationEventPublisherAware;
import org.springframework.context.SmartLifecycle;

import io.petrichor.handler.Dispatcher;
import io.petrichor.handler.PetrichorConnection;
import io.petrichor.handler.PetrichorConnections;
import io.petrichor.protocol.KeepAlive;
import io.petrichor.protocol.PairDecoder;
import io.petrichor.protocol.PairTap;

/**
 * A server of the Petrichor protocol. Listens while it is running, and answers requests
 * with the handlers of its dispatcher. Can be started again after it was stopped.
 *
 * @since 0.1.0
 */
public final class PetrichorServer implements SmartLifecycle, DisposableBean, ApplicationEventPublisherAware {

	private static final Log logger = LogFactory.getLog(PetrichorServer.class);

	private static final int BACKLOG = 511;

	/** From where on NATS warns, too. */
	private static final int LARGE_BODY = 8 * 1024 * 1024;

	/**
	 * One for each processor: nothing that blocks runs there, so more would only take
	 * turns.
	 */
	private static final int LOOPS = Integer.getInteger(ReactorNetty.IO_WORKER_COUNT,
			Runtime.getRuntime().availableProcessors());

	/** Some more than event loops take to end when nothing blocks them. */
	private static final long LAST_RESORT_SECONDS = 5;

	private final InetSocketAddress address;

	private final ServerIdentity identity;

	private final ServerLimits limits;

	private final Duration gracePeriod;

	private final Dispatcher dispatcher;

	private final ServerAccess access;

	private final Consumer<ServerBootstrap> customizer;

	private final MemoryBudget budget;

	private final ServerListener listener;

	private final Admission admission;

	private final Strangers strangers = new Strangers(logger);

	private final AtomicLong ids = new AtomicLong();

	private final ServerConnections members;

	private final ConnectionEvents connectionEvents = new ConnectionEvents();

	private volatile @Nullable Listening listening;

	private volatile @Nullable Instant since;

	/** The ways down that have not come to their end; more than one after restarts. */
	private final Set<Drain> drains = ConcurrentHashMap.newKeySet();

	private ApplicationEventPublisher events = (event) -> {
	};

	/**
	 * Create a server; it does not listen yet.
	 * @param address where to listen; port 0 takes any free one
	 * @param identity what it says of itself
	 * @param limits what peers may cost
	 * @param gracePeriod how long requests in flight may take to end when the server
	 * stops
	 * @param dispatcher what answers requests
	 * @param access who gets in
	 * @param customizer the last word on the socket
	 * @param listener told what happens to connections
	 * @param members where connections are to be found whose peers were let in
	 */
	public PetrichorServer(InetSocketAddress address, ServerIdentity identity, ServerLimits limits,
			Duration gracePeriod, Dispatcher dispatcher, ServerAccess access, Consumer<ServerBootstrap> customizer,
			ServerListener listener, ServerConnections members) {
		this.address = address;
		this.identity = identity;
		this.limits = limits;
		this.budget = new MemoryBudget(limits.maxBuffered());
		this.gracePeriod = gracePeriod;
		this.dispatcher = dispatcher;
		this.access = access;
		this.admission = new Admission(access.limits());
		this.customizer = customizer;
		this.listener = listener;
		this.members = members;
	}

	@Override
	public void setApplicationEventPublisher(ApplicationEventPublisher events) {
		this.events = events;
	}

	/**
	 * The port that the server listens on.
	 * @return the port, or -1 while it does not listen
	 */
	public int port() {
		Listening listening = this.listening;
		return (listening != null) ? listening.port() : -1;
	}

	/**
	 * When the server began to listen, the last time it did.
	 * @return the time, or null if it never listened
	 */
	public @Nullable Instant since() {
		return this.since;
	}

	/**
	 * The connections at this moment, handshakes included, and those that still end.
	 * @return the number
	 */
	public int connectionCount() {
		return times().mapToInt((time) -> time.connections().size()).sum();
	}

	private Stream<ServerConnection> open() {
		return times().flatMap((time) -> time.connections().stream());
	}

	/** The time from the last start, and those before it whose connections still end. */
	private Stream<Listening> times() {
		// In this order, since it is among the drains before it stops listening.
		Stream<Listening> listening = Stream.ofNullable(this.listening);
		return Stream.concat(listening, this.drains.stream().map(Drain::listening)).distinct();
	}

	/**
	 * The most connections at once: as many as were asked for, or as the process may open
	 * files.
	 * @return the number
	 */
	public int maxConnections() {
		return this.admission.maxConnections();
	}

	/**
	 * The connections one by one, as they are at this moment.
	 * @return the connections, in no order
	 */
	public Stream<ConnectionInfo> connections() {
		return open().map(ServerConnection::info);
	}

	/**
	 * Close a connection, whatever its peer is doing.
	 * @param id the id of the connection
	 * @return false if there is no such connection
	 */
	public boolean disconnect(String id) {
		return with(id, (connection) -> connection.close(CloseReason.LOCAL));
	}

	/**
	 * Show every pair of a connection to somebody.
	 * @param id the id of the connection
	 * @param tap who it is, instead of whoever it was before; null for nobody
	 * @return false if there is no such connection
	 */
	public boolean tap(String id, @Nullable PairTap tap) {
		return with(id, (connection) -> connection.tap(tap));
	}

	private boolean with(String id, Consumer<ServerConnection> work) {
		Optional<ServerConnection> found = open().filter((connection) -> connection.id().equals(id)).findFirst();
		found.ifPresent(work);
		return found.isPresent();
	}

	/**
	 * When the first of the certificates runs out that clients are shown now. Changes
	 * when the SSL bundle does.
	 * @return the time, or null without TLS, or if the SSL bundle does not tell its
	 * certificates
	 */
	public @Nullable Instant certificateExpiresAt() {
		ServerTls tls = this.access.tls();
		return (tls != null) ? tls.expiresAt() : null;
	}

	/**
	 * What peers may cost.
	 * @return the limits in force
	 */
	public ServerLimits limits() {
		return this.limits;
	}

	/**
	 * Listen, if there is any handler. Does nothing if the server is running; may be
	 * called while connections from before a stop still end.
	 * @throws PetrichorServerException if the address cannot be listened on
	 */
	@Override
	public synchronized void start() {
		if (this.listening != null) {
			return;
		}
		if (this.dispatcher.registry().isEmpty()) {
			logger.info("No @PetrichorHandler method found: the Petrichor server does not listen");
			return;
		}
		// Reads a random number the first time, which is not for an event loop to wait
		// for.
		new PairDecoder(this.limits.handshake());
		EventLoopGroup loops = new MultiThreadIoEventLoopGroup(LOOPS, new EventLoopThreads(),
				NioIoHandler.newFactory());
		Listening listening = new Listening(loops, new Authentication(this.access.authenticators()));
		try {
			listening.begin(bind(listening, loops));
		}
		catch (Throwable ex) {
			listening.abort();
			throw ex;
		}
		this.listening = listening;
		this.since = Instant.now();
		int maxBodySize = this.limits.message().maxBodySize();
		if (maxBodySize > LARGE_BODY) {
			logger.warn(("'petrichor.server.message.max-body-size' is %d bytes: each pair is in memory as a whole. "
					+ "Above 8 MB, many small ones serve better")
				.formatted(maxBodySize));
		}
		logger.info(StartLine.of(listening.address(), this.access, this.dispatcher));
		this.events.publishEvent(new PetrichorServerListeningEvent(this));
	}

	/**
	 * Not native: Netty's epoll transport (4.2.13 to 4.2.18 at least) cannot write any
	 * more, once a peer has ended its half while replies wait for room.
	 */
	private Channel bind(Listening listening, EventLoopGroup loops) {
		ServerBootstrap server = new ServerBootstrap().group(loops)
			.channel(NioServerSocketChannel.class)
			.localAddress(this.address)
			.option(ChannelOption.SO_BACKLOG, BACKLOG)
			.option(ChannelOption.SO_REUSEADDR, true)
			.childOption(ChannelOption.AUTO_READ, false)
			.childOption(ChannelOption.TCP_NODELAY, true)
			.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
			.childHandler(new ChannelInitializer<>() {

				@Override
				protected void initChannel(Channel channel) {
					accept(listening, channel);
				}

			});
		this.customizer.accept(server);
		Exposure.check(server.config().localAddress(), this.access);
		ChannelFuture bound = server.bind().awaitUninterruptibly();
		if (!bound.isSuccess()) {
			throw new PetrichorServerException(this.address, bound.cause());
		}
		return bound.channel();
	}

	private void accept(Listening listening, Channel channel) {
		Admission.Place place = this.admission.claim(channel.remoteAddress());
		@Nullable RejectReason refused = place.refused();
		if (refused != null) {
			this.listener.connectionRejected(refused);
			channel.close();
			return;
		}
		channel.closeFuture().addListener((closed) -> place.leave());
		KeepAlive.set(channel);
		ServerTls tls = this.access.tls();
		if (tls != null) {
			channel.pipeline()
				.addFirst(new TlsBackpressure(),
						tls.handler(channel, this.limits.handshakeTimeout(), listening.tlsThreads()));
		}
		String id = Long.toString(this.ids.incrementAndGet(), Character.MAX_RADIX);
		channel.pipeline().addLast("petrichor", new ServerConnection(this, listening, id, channel, place));
	}

	/**
	 * Stop, and wait until all connections are closed.
	 * @see #stop(Runnable)
	 */
	@Override
	public void stop() {
		CountDownLatch stopped = new CountDownLatch(1);
		stop(stopped::countDown);
		try {
			stopped.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Stop: accept nobody, say goodbye to the peers that understand it, answer what was
	 * read within the grace period, close. Returns at once. Called once more before that
	 * has come to its end, and without a start between, the grace period is over now:
	 * what is not answered is answered with an error. A second signal to the process does
	 * the same.
	 * @param callback run when all connections are closed, those from before a restart
	 * too
	 */
	@Override
	public synchronized void stop(Runnable callback) {
		if (this.listening == null) {
			this.drains.forEach(Drain::hurry);
		}
		drain();
		awaitDrains(callback);
	}

	private void awaitDrains(Runnable callback) {
		List<Drain> drains = List.copyOf(this.drains);
		AtomicInteger left = new AtomicInteger(drains.size() + 1);
		Runnable one = () -> {
			if (left.decrementAndGet() == 0) {
				callback.run();
			}
		};
		drains.forEach((drain) -> drain.await(one));
		one.run();
	}

	/**
	 * Begin to stop, before the application does: the first {@link #stop(Runnable)} after
	 * it only waits for the end. Does nothing if the server does not listen.
	 */
	public synchronized void drain() {
		Listening listening = this.listening;
		if (listening != null) {
			logger.info("Petrichor server stops, with %d connections".formatted(listening.connections().size()));
			this.events.publishEvent(new PetrichorServerStoppingEvent(this));
			leave(listening);
		}
	}

	private void leave(Listening listening) {
		Drain drain = new Drain(listening, this.gracePeriod, this.drains::remove);
		this.drains.add(drain);
		this.listening = null;
		drain.start();
	}

	/**
	 * End now, whatever is not finished: no thread of the server outlives its context.
	 * There is nothing left to do, unless the context had no time to wait for the end of
	 * {@link #stop(Runnable)}.
	 */
	@Override
	public void destroy() {
		CountDownLatch ended = new CountDownLatch(1);
		synchronized (this) {
			Listening listening = this.listening;
			if (listening != null) {
				leave(listening);
			}
			this.drains.forEach(Drain::cut);
			awaitDrains(ended::countDown);
		}
		try {
			if (!ended.await(LAST_RESORT_SECONDS, TimeUnit.SECONDS)) {
				logger.warn("The threads of the Petrichor server do not end: something blocks them");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Whether the server listens, or still answers what it has read.
	 */
	@Override
	public boolean isRunning() {
		return this.listening != null || !this.drains.isEmpty();
	}

	@Override
	public int getPhase() {
		return Integer.MAX_VALUE - 1024;
	}

	@Override
	public boolean isPauseable() {
		return false;
	}

	Strangers strangers() {
		return this.strangers;
	}

	MemoryBudget budget() {
		return this.budget;
	}

	/**
	 * The memory that all connections hold together, for what is not finished.
	 * @return bytes, to a few kilobytes for each connection
	 * @see ServerLimits#maxBuffered()
	 */
	public long buffered() {
		return this.budget.held();
	}

	ServerIdentity identity() {
		return this.identity;
	}

	Dispatcher dispatcher() {
		return this.dispatcher;
	}

	ServerListener listener() {
		return this.listener;
	}

	/**
	 * The connections whose peers were let in.
	 * @return the connections
	 */
	public PetrichorConnections members() {
		return this.members;
	}

	/** A peer was let in. */
	void joined(PetrichorConnection connection) {
		this.members.add(connection);
		this.connectionEvents.publish(this.events, new ConnectionOpened(connection));
	}

	void closed(PetrichorConnection connection, CloseReason reason) {
		if (this.members.remove(connection)) {
			this.connectionEvents.publish(this.events, new ConnectionClosed(connection, reason));
		}
		this.listener.connectionClosed(reason);
	}

}
