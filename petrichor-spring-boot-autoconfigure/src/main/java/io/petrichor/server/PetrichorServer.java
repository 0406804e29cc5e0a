package io.petrichor.server;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.NettyPipeline;
import reactor.netty.ReactorNetty;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpServer;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ApplicationEventPublisherAware;
import org.springframework.context.SmartLifecycle;

import io.petrichor.handler.Dispatcher;
import io.petrichor.handler.PetrichorConnections;
import io.petrichor.protocol.PairTap;

/**
 * A server of the Petrichor protocol. Listens while it is running, and answers requests
 * with the handlers of its dispatcher. Can be started again after it was stopped.
 *
 * @since 0.1.0
 */
public final class PetrichorServer implements SmartLifecycle, ApplicationEventPublisherAware {

	private static final Log logger = LogFactory.getLog(PetrichorServer.class);

	private static final int BACKLOG = 511;

	/**
	 * One for each processor: nothing that blocks runs there, so more would only take
	 * turns.
	 */
	private static final int LOOPS = Integer.getInteger(ReactorNetty.IO_WORKER_COUNT,
			Runtime.getRuntime().availableProcessors());

	private final InetSocketAddress address;

	private final ServerIdentity identity;

	private final ServerLimits limits;

	private final Duration gracePeriod;

	private final Dispatcher dispatcher;

	private final ServerAccess access;

	private final UnaryOperator<TcpServer> customizer;

	private final ServerListener listener;

	private final Set<ServerConnection> connections = ConcurrentHashMap.newKeySet();

	private final Admission admission;

	private final OccasionalLog strangers = new OccasionalLog(logger);

	private final AtomicLong ids = new AtomicLong();

	private final ServerConnections members = new ServerConnections();

	private final ConnectionEvents connectionEvents = new ConnectionEvents();

	private volatile @Nullable Listening listening;

	private volatile @Nullable Instant since;

	private volatile Authentication authentication;

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
	 */
	public PetrichorServer(InetSocketAddress address, ServerIdentity identity, ServerLimits limits,
			Duration gracePeriod, Dispatcher dispatcher, ServerAccess access, UnaryOperator<TcpServer> customizer,
			ServerListener listener) {
		this.address = address;
		this.identity = identity;
		this.limits = limits;
		this.gracePeriod = gracePeriod;
		this.dispatcher = dispatcher;
		this.access = access;
		this.admission = new Admission(access.limits());
		this.authentication = new Authentication(access.authenticators());
		this.customizer = customizer;
		this.listener = listener;
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
		return (listening != null) ? ((InetSocketAddress) listening.socket.address()).getPort() : -1;
	}

	/**
	 * When the server began to listen, the last time it did.
	 * @return the time, or null if it never listened
	 */
	public @Nullable Instant since() {
		return this.since;
	}

	/**
	 * The connections at this moment, handshakes included.
	 * @return the number
	 */
	public int connectionCount() {
		return this.connections.size();
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
		return this.connections.stream().map(ServerConnection::info);
	}

	/**
	 * Close a connection, whatever its peer is doing.
	 * @param id the id of the connection
	 * @return false if there is no such connection
	 */
	public boolean disconnect(String id) {
		return with(id, ServerConnection::close);
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
		for (ServerConnection connection : this.connections) {
			if (connection.id().equals(id)) {
				work.accept(connection);
				return true;
			}
		}
		return false;
	}

	/**
	 * What peers may cost.
	 * @return the limits in force
	 */
	public ServerLimits limits() {
		return this.limits;
	}

	/**
	 * Listen, if there is any handler. Does nothing if the server is running.
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
		this.authentication = new Authentication(this.access.authenticators());
		LoopResources loops = LoopResources.create("petrichor", LOOPS, true);
		try {
			this.listening = new Listening(bind(loops), loops);
		}
		catch (ChannelBindException ex) {
			loops.dispose();
			throw new PetrichorServerException(this.address, (ex.getCause() != null) ? ex.getCause() : ex);
		}
		catch (RuntimeException ex) {
			loops.dispose();
			throw ex;
		}
		this.since = Instant.now();
		logger.info("Petrichor server listens on %s port %d, %d routes"
			.formatted(this.address.getAddress().getHostAddress(), port(), this.dispatcher.registry().routes().size()));
		this.events.publishEvent(new PetrichorServerListeningEvent(this));
	}

	private DisposableServer bind(LoopResources loops) {
		TcpServer server = TcpServer.create()
			.bindAddress(() -> this.address)
			.runOn(loops)
			.option(ChannelOption.SO_BACKLOG, BACKLOG)
			.option(ChannelOption.SO_REUSEADDR, true)
			.childOption(ChannelOption.TCP_NODELAY, true)
			.childOption(ChannelOption.SO_KEEPALIVE, true)
			.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
			.doOnChannelInit((observer, channel, remote) -> accept(channel));
		TcpServer customized = this.customizer.apply(server);
		Supplier<? extends SocketAddress> place = customized.configuration().bindAddress();
		Exposure.check((place != null) ? place.get() : this.address, this.access);
		return customized.bindNow();
	}

	private void accept(Channel channel) {
		Admission.Place place = this.admission.claim(channel.remoteAddress());
		@Nullable RejectReason refused = place.refused();
		if (refused != null) {
			this.listener.connectionRejected(refused);
			channel.close();
			return;
		}
		channel.closeFuture().addListener((closed) -> place.leave());
		ServerTls tls = this.access.tls();
		if (tls != null) {
			channel.pipeline().addFirst(tls.handler(channel, this.limits.handshakeTimeout()));
		}
		String id = Long.toString(this.ids.incrementAndGet(), Character.MAX_RADIX);
		channel.pipeline()
			.addBefore(NettyPipeline.ReactiveBridge, "petrichor", new ServerConnection(this, id, channel, place));
	}

	/**
	 * Stop, and wait until all connections are closed.
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
	 * Stop: accept nobody, read nothing more, answer what was read within the grace
	 * period, close. Returns at once.
	 * @param callback run when all connections are closed
	 */
	@Override
	public synchronized void stop(Runnable callback) {
		Listening listening = this.listening;
		if (listening == null) {
			callback.run();
			return;
		}
		this.events.publishEvent(new PetrichorServerStoppingEvent(this));
		this.listening = null;
		new Drain(listening, callback).start();
	}

	@Override
	public boolean isRunning() {
		return this.listening != null;
	}

	@Override
	public int getPhase() {
		return Integer.MAX_VALUE - 1024;
	}

	@Override
	public boolean isPauseable() {
		return false;
	}

	OccasionalLog strangers() {
		return this.strangers;
	}

	ServerIdentity identity() {
		return this.identity;
	}

	Dispatcher dispatcher() {
		return this.dispatcher;
	}

	Authentication authentication() {
		return this.authentication;
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
	void joined(ServerConnection connection) {
		this.members.add(connection);
		this.connectionEvents.publish(this.events, new ConnectionOpened(connection));
	}

	void opened(ServerConnection connection) {
		this.connections.add(connection);
		this.listener.connectionOpened();
	}

	void closed(ServerConnection connection, CloseReason reason) {
		if (this.members.remove(connection)) {
			this.connectionEvents.publish(this.events, new ConnectionClosed(connection, reason));
		}
		this.connections.remove(connection);
		this.listener.connectionClosed(reason);
	}

	/** A socket with its event loops, and a thread that keeps the JVM alive meanwhile. */
	private static final class Listening {

		private final DisposableServer socket;

		private final LoopResources loops;

		private final CountDownLatch ended = new CountDownLatch(1);

		Listening(DisposableServer socket, LoopResources loops) {
			this.socket = socket;
			this.loops = loops;
			Thread await = new Thread(this::await, "petrichor-server");
			await.setDaemon(false);
			await.start();
		}

		private void await() {
			try {
				this.ended.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

	/**
	 * The way from listening to stopped. Looks every few milliseconds whether it is over.
	 */
	private final class Drain implements Runnable {

		private static final long INTERVAL_MILLIS = 10;

		private final Listening listening;

		private final Runnable callback;

		private final long deadline = System.nanoTime() + PetrichorServer.this.gracePeriod.toNanos();

		private boolean forced;

		Drain(Listening listening, Runnable callback) {
			this.listening = listening;
			this.callback = callback;
		}

		void start() {
			this.listening.socket.channel().close().addListener((closed) -> {
				PetrichorServer.this.connections.forEach(ServerConnection::drain);
				again();
			});
		}

		private void again() {
			ScheduledExecutorService loop = this.listening.socket.channel().eventLoop();
			loop.schedule(this, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
		}

		@Override
		public void run() {
			if (PetrichorServer.this.connections.isEmpty()) {
				this.listening.loops.disposeLater(Duration.ZERO, Duration.ofSeconds(2))
					.subscribe(null, (failure) -> end(), this::end);
			}
			else {
				if (!this.forced && System.nanoTime() - this.deadline > 0) {
					this.forced = true;
					logger.warn("%d connections did not end within the grace period of %s"
						.formatted(PetrichorServer.this.connections.size(), PetrichorServer.this.gracePeriod));
					PetrichorServer.this.connections.forEach((connection) -> connection.close(CloseReason.SHUTDOWN));
				}
				again();
			}
		}

		private void end() {
			this.listening.ended.countDown();
			PetrichorServer.this.authentication.close();
			this.callback.run();
		}

	}

}
