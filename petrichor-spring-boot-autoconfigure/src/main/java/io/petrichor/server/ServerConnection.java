package io.petrichor.server;

import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.petrichor.handler.Bodies;
import io.petrichor.handler.PetrichorConnection;
import io.petrichor.handler.Replies;
import io.petrichor.handler.RequestLane;
import io.petrichor.protocol.Capabilities;
import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.Message;
import io.petrichor.protocol.PairDecoder;
import io.petrichor.protocol.PairOutput;
import io.petrichor.protocol.PairTap;
import io.petrichor.protocol.ProtocolException;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.Handshake;
import io.petrichor.tnetstring.TNetstring;
import io.petrichor.wire.WireLog;

/**
 * One peer, from its accept to its close: bytes in, pairs to the handshake and then to
 * the lane, replies out. Nothing is read that there is no room for. All of it happens on
 * the event loop, but for what the interfaces say.
 */
final class ServerConnection extends ChannelInboundHandlerAdapter implements PetrichorConnection, Replies {

	private static final Log logger = LogFactory.getLog(ServerConnection.class);

	private static final long TICK = TimeUnit.MILLISECONDS.toNanos(100);

	/** How long a peer may take to go when it has everything. */
	private static final long LINGER = TimeUnit.SECONDS.toNanos(2);

	private static final Header BYE = Header.of(HeaderKeys.BYE, true);

	private static final TNetstring GOODBYE = TNetstring.of("going away");

	private static final ProtocolException TORN = new ProtocolException(ErrorCode.BAD_REQUEST,
			"the stream ended within a pair");

	/** Output that is not worth holding up the reading for. */
	private static final long SMALL_OUTPUT = 64 * 1024;

	/** Who holds no more is read also when all together hold too much. */
	private static final long FAIR_SHARE = 16 * 1024;

	enum State {

		/** The first pair has not arrived. */
		HANDSHAKE,
		/** The first pair is with the authenticator. */
		DECIDING,
		/** Requests are read and answered. */
		OPEN,
		/** Goodbye has been said; what crosses it is answered that it came too late. */
		GOING,
		/** Nothing more is read; what was read is answered. */
		ENDING,
		/** The last byte has been written; what still comes is dropped. */
		LINGERING,
		/** Gone. */
		CLOSED

	}

	private final PetrichorServer server;

	private final Listening listening;

	private final ServerListener listener;

	private final ServerLimits limits;

	private final MemoryBudget budget;

	/** What the budget knows of. */
	private volatile long held;

	private final String id;

	private final Channel channel;

	private final Admission.Place place;

	private final PairDecoder decoder;

	private final PairOutput output;

	private final RequestLane lane;

	private final Map<String, Object> attributes = new ConcurrentHashMap<>(0);

	private volatile State state = State.HANDSHAKE;

	private @Nullable ByteBuf unread;

	private boolean consuming;

	private boolean draining;

	private int maxInFlight;

	private boolean inputEnded;

	private boolean outputEnded;

	private @Nullable ProtocolException failure;

	private volatile @Nullable CloseReason reason;

	private boolean handshakeEnded;

	private volatile @Nullable PairTap tap;

	private volatile Header header = Header.EMPTY;

	private volatile @Nullable Handshake handshake;

	private final PushedRequests pushed;

	private volatile @Nullable Principal principal;

	private volatile Set<String> roles = Set.of();

	/** For how long from its accept the peer is let in. */
	private @Nullable Duration allowedFor;

	private Authentication.@Nullable Attempt attempt;

	private volatile Capabilities capabilities = Capabilities.NONE;

	private final long accepted = System.nanoTime();

	private long lastRead = this.accepted;

	private volatile long bytesRead;

	private long pairBegun;

	private long endingSince;

	private long lastTick;

	private boolean ticking;

	private @Nullable ScheduledFuture<?> tick;

	private boolean tickSoon;

	ServerConnection(PetrichorServer server, Listening listening, String id, Channel channel, Admission.Place place) {
		this.server = server;
		this.listening = listening;
		this.listener = server.listener();
		this.limits = server.limits();
		this.budget = server.budget();
		this.id = id;
		this.channel = channel;
		this.place = place;
		this.decoder = new PairDecoder(this.limits.handshake());
		this.output = new PairOutput(channel, this.listener);
		this.pushed = new PushedRequests(this, Duration.ofNanos(server.dispatcher().timeout()),
				this.limits.message().maxBodySize());
		this.lane = server.dispatcher().lane(this, channel.eventLoop(), this, this::progress);
	}

	// Bytes in

	@Override
	public void channelActive(ChannelHandlerContext context) {
		context.fireChannelActive();
		this.tap = WireLog.of(this.id);
		this.listening.opened(this);
		this.listener.connectionOpened();
		watch(this.limits.handshakeTimeout().toNanos());
		context.read();
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		ByteBuf in = (ByteBuf) message;
		if (this.state.compareTo(State.LINGERING) >= 0) {
			in.release();
			return;
		}
		if (this.state == State.HANDSHAKE && !this.decoder.isPartial() && isForeign(in)) {
			in.release();
			context.close();
			return;
		}
		this.lastRead = System.nanoTime();
		this.bytesRead += in.readableBytes();
		this.listener.bytesRead(in.readableBytes());
		this.unread = (this.unread == null) ? in
				: ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), this.unread, in);
		consume();
	}

	private boolean isForeign(ByteBuf firstBytes) {
		@Nullable String protocol = ForeignProtocol.of(firstBytes);
		if (protocol != null) {
			this.server.strangers()
				.info("%s speaks %s; this port expects pairs%s and closes the connection".formatted(remoteAddress(),
						protocol,
						(this.channel.pipeline().get(SslHandler.class) != null) ? " over TLS" : ", without TLS"));
			this.listener.protocolError(ErrorCode.BAD_REQUEST);
			because(CloseReason.PROTOCOL_ERROR);
		}
		return protocol != null;
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		progress();
	}

	/** Decode and start as much of what was read as there is room for. */
	private void consume() {
		ByteBuf in = this.unread;
		if (in == null || this.consuming) {
			return;
		}
		boolean partialBefore = this.decoder.isPartial();
		this.consuming = true;
		int pairs = 0;
		long bytes = 0;
		int largest = 0;
		try {
			while (in.isReadable() && hasRoom()) {
				Message message = this.decoder.decode(in);
				if (message == null) {
					break;
				}
				partialBefore = false;
				int size = message.header().encoded().size() + message.body().size();
				pairs++;
				bytes += size;
				largest = Math.max(largest, size);
				received(message);
			}
		}
		catch (ProtocolException ex) {
			this.failure = ex;
			this.listener.protocolError(ex.code());
			because(CloseReason.PROTOCOL_ERROR);
			logger.debug("Connection %s is closed after a protocol error: %s".formatted(this.id, ex.getMessage()));
			end();
		}
		finally {
			this.consuming = false;
		}
		if (pairs > 0) {
			this.listener.pairsRead(pairs, bytes, largest);
		}
		if (!partialBefore && this.decoder.isPartial()) {
			this.pairBegun = this.lastRead;
		}
		if (!in.isReadable() || this.decoder.isDead()) {
			dropUnread();
		}
	}

	private boolean hasRoom() {
		return switch (this.state) {
			case HANDSHAKE -> true;
			case OPEN, GOING, ENDING -> this.failure == null && this.lane.inFlight() < this.maxInFlight && isWritable()
					&& !(this.held > FAIR_SHARE && this.budget.isOver());
			default -> false;
		};
	}

	@Override
	public boolean isWritable() {
		return this.output.pending() <= SMALL_OUTPUT;
	}

	private void received(Message message) {
		PairTap tap = this.tap;
		if (tap != null) {
			tap.received(message.header(), message.body());
		}
		if (this.state == State.HANDSHAKE) {
			this.state = State.DECIDING;
			this.header = message.header();
			Handshake handshake = new Handshake(message.header(), message.body(), remoteAddress(),
					ServerTls.peerCertificates(this.channel));
			this.handshake = handshake;
			this.attempt = this.listening.authentication().decide(handshake, this.channel.eventLoop(), this::decided);
		}
		else if (isReply(message.header())) {
			this.pushed.answered(message);
		}
		else {
			this.lane.accept(message, this.lastRead);
		}
	}

	private void decided(Decision decision) {
		if (this.state != State.DECIDING) {
			return;
		}
		if (decision instanceof Decision.Allowed allowed) {
			this.place.allowed();
			this.principal = allowed.principal();
			this.roles = allowed.roles();
			this.allowedFor = allowedFor(allowed.until());
			this.capabilities = Capabilities.from(this.header);
			// One more than announced, so that a cancel is read while all are in flight.
			this.maxInFlight = this.limits.maxInFlight() + (this.capabilities.plain() ? 0 : 1);
			this.decoder.limits(this.limits.message());
			this.state = State.OPEN;
			handshakeEnded(HandshakeOutcome.ALLOWED);
			this.server.joined(this);
			ServerIdentity identity = this.server.identity();
			Map<String, Object> reply = new LinkedHashMap<>();
			reply.put(HeaderKeys.IDENT, identity.ident());
			reply.put(HeaderKeys.VERSION, identity.version());
			reply.putAll(allowed.replyHeader().asMap());
			reply.remove(HeaderKeys.CAN);
			reply.put(HeaderKeys.ALLOWED, true);
			if (!this.capabilities.plain()) {
				reply.put(HeaderKeys.CAN, this.limits.capabilities().asMap());
			}
			TNetstring welcome = allowed.welcome();
			write(Header.of(reply), (welcome != null) ? welcome : identity.welcome());
			if (this.draining || this.inputEnded) {
				endOrGo();
			}
			if (!this.consuming) {
				progress();
			}
		}
		else if (decision instanceof Decision.Denied denied) {
			boolean failed = denied != Authentication.NOT_NOW;
			handshakeEnded(failed ? HandshakeOutcome.DENIED : HandshakeOutcome.ERROR);
			if (failed) {
				this.place.failed();
			}
			because(CloseReason.DENIED);
			deny(ErrorCode.DENIED, denied.reason(), denied.retry());
		}
	}

	private @Nullable Duration allowedFor(@Nullable Instant until) {
		return (until != null) ? Duration.between(Instant.now(), until).plusNanos(System.nanoTime() - this.accepted)
				: null;
	}

	private void handshakeEnded(HandshakeOutcome outcome) {
		if (!this.handshakeEnded) {
			this.handshakeEnded = true;
			this.listener.handshakeEnded(outcome, System.nanoTime() - this.accepted);
		}
	}

	private void deny(ErrorCode code, String reason, @Nullable Duration retry) {
		Map<String, Object> reply = new LinkedHashMap<>();
		reply.put(HeaderKeys.ALLOWED, false);
		reply.put(HeaderKeys.ERROR, code.wireName());
		if (retry != null) {
			reply.put(HeaderKeys.RETRY, retry.toMillis());
		}
		write(Header.of(reply), TNetstring.of(reason));
		linger();
	}

	// Replies out

	@Override
	public void write(Header header, TNetstring body) {
		PairTap tap = this.tap;
		if (tap != null) {
			tap.sent(header, body);
		}
		this.output.write(header, body);
	}

	@Override
	public void write(Header header, long re, TNetstring body) {
		if (this.tap != null || re < 0 || header.has(HeaderKeys.RE)) {
			write(header.with(HeaderKeys.RE, re), body);
		}
		else {
			this.output.write(header, HeaderKeys.RE, re, body);
		}
	}

	@Override
	public void flush() {
		this.output.flush();
		this.lane.flushed();
	}

	@Override
	public boolean isFull() {
		return this.output.pending() >= this.limits.maxPendingOutput();
	}

	@Override
	public int maxBodySize() {
		int most = this.limits.message().values().maxSize();
		long wanted = this.capabilities.max();
		return (wanted > 0) ? (int) Math.min(wanted, most) : most;
	}

	@Override
	public void fail(Throwable cause) {
		logger.debug("Connection %s is closed because a reply could not be written".formatted(this.id), cause);
		this.channel.close();
	}

	/**
	 * Something was read, written or finished: go on with whatever that made possible.
	 */
	private void progress() {
		if (this.state.compareTo(State.LINGERING) >= 0) {
			if (!this.inputEnded) {
				this.channel.read();
			}
			return;
		}
		this.lane.readComplete();
		flush();
		while (this.unread != null && hasRoom()) {
			int before = this.unread.readableBytes();
			consume();
			this.lane.readComplete();
			flush();
			if (this.unread != null && this.unread.readableBytes() == before) {
				break;
			}
		}
		// Before the decision to read, which looks at it.
		account();
		if (this.state == State.ENDING && this.lane.inFlight() == 0 && this.unread == null) {
			finish();
		}
		else if (this.unread == null && !this.inputEnded && this.state != State.ENDING
				&& (this.state == State.DECIDING || hasRoom())) {
			// During the decision only to notice that the peer is gone: what comes then
			// is
			// kept as it is, and no more is read.
			this.channel.read();
		}
		watch(TICK);
	}

	private void account() {
		this.held = this.budget.changed(this.held, this.decoder.buffered() + this.lane.inFlightBytes()
				+ this.output.pending() + ((this.unread != null) ? this.unread.capacity() : 0));
	}

	/**
	 * The memory that this connection holds for what is not finished; any thread.
	 */
	long held() {
		return this.held;
	}

	@Override
	public void channelWritabilityChanged(ChannelHandlerContext context) {
		if (context.channel().isWritable()) {
			progress();
		}
		context.fireChannelWritabilityChanged();
	}

	// The end

	@Override
	public void userEventTriggered(ChannelHandlerContext context, Object event) {
		if (event instanceof ChannelInputShutdownEvent) {
			this.inputEnded = true;
			because(CloseReason.PEER);
			inputEnded();
		}
		else if (event instanceof SslHandshakeCompletionEvent tls) {
			this.listener.tlsHandshakeEnded(tls.isSuccess(), System.nanoTime() - this.accepted);
			if (!tls.isSuccess()) {
				tlsFailed(tls.cause());
			}
		}
		context.fireUserEventTriggered(event);
	}

	/** Nothing more comes. While the peer waits for the decision, so does this. */
	private void inputEnded() {
		switch (this.state) {
			case HANDSHAKE -> {
				this.failure = this.decoder.isPartial() ? TORN : null;
				end();
			}
			case OPEN, GOING -> {
				endOrGo();
				progress();
			}
			case LINGERING -> {
				if (this.outputEnded) {
					this.channel.close();
				}
			}
			default -> {
			}
		}
	}

	/** The TLS handler closes the connection itself, after it has told the peer. */
	private void tlsFailed(Throwable cause) {
		because(CloseReason.ERROR);
		if (cause instanceof NotSslRecordException) {
			this.server.strangers()
				.info("%s speaks plaintext; this port expects TLS and closes the connection"
					.formatted(remoteAddress()));
		}
		else if (!(cause instanceof ClosedChannelException)) {
			this.server.strangers()
				.info("TLS with %s failed: %s".formatted(remoteAddress(),
						String.valueOf(cause.getMessage()).replaceAll("\\p{Cntrl}", "?")));
		}
	}

	/** The peer has ended its half, or this server wants to end. */
	private void endOrGo() {
		if (this.inputEnded) {
			// A plain peer, or one that was told to go, may still wait for its replies.
			if (this.capabilities.plain() || this.state == State.GOING) {
				end();
			}
			else {
				this.channel.close();
			}
		}
		else if (this.capabilities.bye()) {
			this.state = State.GOING;
			this.endingSince = System.nanoTime();
			this.lane.refuse();
			write(BYE, GOODBYE);
		}
		else {
			end();
		}
	}

	/** Read nothing more, answer what was read, then close. */
	private void end() {
		if (this.state == State.OPEN || this.state == State.GOING || this.state == State.HANDSHAKE) {
			boolean handshake = this.state == State.HANDSHAKE;
			this.endingSince = System.nanoTime();
			this.state = State.ENDING;
			if (handshake && this.failure != null) {
				deny(this.failure.code(), String.valueOf(this.failure.getMessage()), null);
			}
			else if (handshake) {
				linger();
			}
		}
	}

	private void finish() {
		ProtocolException failure = (this.inputEnded && this.decoder.isPartial()) ? TORN : this.failure;
		if (failure != null) {
			write(Header.of(HeaderKeys.ERROR, failure.code().wireName()), TNetstring.of(failure.getMessage()));
		}
		linger();
	}

	/** Close so that the peer can read everything that was written. */
	private void linger() {
		this.state = State.LINGERING;
		this.decoder.close();
		dropUnread();
		this.output.finish().addListener((finished) -> {
			this.outputEnded = true;
			this.endingSince = System.nanoTime();
			if (this.inputEnded || !finished.isSuccess()) {
				this.channel.close();
			}
		});
		account();
		this.channel.read();
		watch(TICK);
	}

	@Override
	public void channelInactive(ChannelHandlerContext context) {
		this.state = State.CLOSED;
		this.decoder.close();
		dropUnread();
		this.output.close();
		this.budget.gone(this.held);
		this.held = 0;
		this.pushed.close();
		if (this.tick != null) {
			this.tick.cancel(false);
		}
		CloseReason reason = this.reason;
		try {
			handshakeEnded(
					(reason == CloseReason.HANDSHAKE_TIMEOUT) ? HandshakeOutcome.TIMEOUT : HandshakeOutcome.ERROR);
			if (this.attempt != null) {
				this.attempt.cancel();
			}
			this.lane.close();
			this.server.closed(this, (reason != null) ? reason : CloseReason.PEER);
		}
		finally {
			this.listening.closed(this);
			context.fireChannelInactive();
		}
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		logger.debug("Connection %s is closed after an error".formatted(this.id), cause);
		because(CloseReason.ERROR);
		context.close();
	}

	private void dropUnread() {
		if (this.unread != null) {
			this.unread.release();
			this.unread = null;
		}
	}

	// Deadlines

	private void watch(long within) {
		if (this.ticking) {
			return;
		}
		if (this.tick == null) {
			schedule(within);
		}
		else if (!this.tickSoon && within <= TICK && isWatched()) {
			this.tick.cancel(false);
			schedule(within);
		}
	}

	private boolean isBusy() {
		return this.lane.inFlight() > 0 || this.decoder.isPartial() || this.output.pending() > 0 || this.unread != null;
	}

	/** Whether there is a deadline that is near or moves. */
	private boolean isWatched() {
		return this.state == State.GOING || this.state == State.LINGERING || isBusy();
	}

	private void schedule(long within) {
		this.tickSoon = within <= TICK;
		this.tick = this.channel.eventLoop().schedule(this::tick, within, TimeUnit.NANOSECONDS);
	}

	private void tick() {
		long now = System.nanoTime();
		long next = timeLeft(now);
		this.lastTick = now;
		if (next <= 0 && this.state == State.OPEN && allowedTimeLeft(now) <= 0) {
			because(CloseReason.EXPIRED);
			endOrGo();
			next = timeLeft(now);
		}
		if (next <= 0) {
			this.tick = null;
			if (this.state == State.DECIDING && this.attempt != null) {
				handshakeEnded(HandshakeOutcome.TIMEOUT);
				because(CloseReason.HANDSHAKE_TIMEOUT);
				this.attempt.expire();
				return;
			}
			because(overdue(now));
			this.channel.close();
			return;
		}
		if (this.budget.isOver()) {
			this.budget.relieve(this.listening.connections(), now);
		}
		this.ticking = true;
		if (this.state == State.GOING && !isBusy() && now - Math.max(this.lastRead, this.endingSince) > LINGER) {
			end();
		}
		progress();
		this.ticking = false;
		if (this.state != State.CLOSED) {
			schedule(isWatched() ? Math.min(next, TICK) : next);
		}
	}

	/** Nanoseconds until this connection has to be closed. */
	private long timeLeft(long now) {
		return switch (this.state) {
			case HANDSHAKE, DECIDING -> this.accepted + this.limits.handshakeTimeout().toNanos() - now;
			case LINGERING -> this.outputEnded ? this.endingSince + LINGER - now : outputTimeLeft(now);
			case CLOSED -> Long.MAX_VALUE;
			case OPEN, GOING, ENDING -> {
				this.lane.expire(now);
				long next = Math.min(allowedTimeLeft(now), outputTimeLeft(now));
				if (this.decoder.isPartial()) {
					if (!hasRoom()) {
						// It is not the peer who keeps the pair from going on.
						this.pairBegun += now - this.lastTick;
					}
					next = Math.min(next, this.pairBegun + this.limits.messageTimeout().toNanos() - now);
				}
				if (!isBusy()) {
					next = Math.min(next, this.lastRead + this.limits.idleTimeout().toNanos() - now);
				}
				yield next;
			}
		};
	}

	/** What is in flight when the time is over may take as long as any request. */
	private long allowedTimeLeft(long now) {
		Duration allowed = this.allowedFor;
		long most = TimeUnit.DAYS.toNanos(1);
		if (allowed == null) {
			return most;
		}
		Duration left = allowed.minusNanos(now - this.accepted);
		if (this.state != State.OPEN) {
			left = left.plusNanos(this.server.dispatcher().timeout());
		}
		return (left.toDays() > 0) ? most : left.toNanos();
	}

	/** Which of the deadlines is over. */
	private CloseReason overdue(long now) {
		if (this.state == State.HANDSHAKE || this.state == State.DECIDING) {
			return CloseReason.HANDSHAKE_TIMEOUT;
		}
		if (outputTimeLeft(now) <= 0) {
			return CloseReason.SLOW_CONSUMER;
		}
		return this.decoder.isPartial() ? CloseReason.MESSAGE_TIMEOUT : CloseReason.IDLE;
	}

	private long outputTimeLeft(long now) {
		long stuckFor = this.output.stuckFor(now);
		return (this.output.pending() > 0) ? this.limits.writeTimeout().toNanos() - stuckFor : Long.MAX_VALUE;
	}

	// Requests to the peer

	private boolean isReply(Header header) {
		return !header.isEmpty() && !this.capabilities.plain() && header.has(HeaderKeys.RE);
	}

	/** Any thread. */
	void push(Header header, TNetstring body) {
		if (this.output.pending() > this.limits.maxPendingOutput()) {
			throw new IllegalStateException("The peer of connection " + this.id + " does not read what is sent to it");
		}
		this.output.write(header, body);
		onLoop(this::flushPushed);
	}

	/** On a connection that was idle, nobody else looks whether the peer takes it. */
	private void flushPushed() {
		flush();
		account();
		watch(TICK);
	}

	@Override
	public void send(String to, @Nullable Object body) {
		this.pushed.send(to, this.server.dispatcher().bodies().write(body));
	}

	@Override
	public <T> Mono<T> request(String to, @Nullable Object body, Class<T> type) {
		Bodies bodies = this.server.dispatcher().bodies();
		return this.pushed.request(to, bodies.write(body)).handle((reply, sink) -> {
			@Nullable T value = bodies.read(reply, type);
			if (value != null) {
				sink.next(value);
			}
		});
	}

	@Nullable Handshake handshake() {
		return this.handshake;
	}

	// The connection as handlers see it

	@Override
	public String id() {
		return this.id;
	}

	@Override
	public Header header() {
		return this.header;
	}

	@Override
	public @Nullable Principal principal() {
		return this.principal;
	}

	@Override
	public Set<String> roles() {
		return this.roles;
	}

	@Override
	public Capabilities capabilities() {
		return this.capabilities;
	}

	@Override
	public SocketAddress remoteAddress() {
		return this.channel.remoteAddress();
	}

	@Override
	public Map<String, Object> attributes() {
		return this.attributes;
	}

	@Override
	public boolean isOpen() {
		return this.channel.isActive();
	}

	@Override
	public void close() {
		close(CloseReason.LOCAL);
	}

	/** Any thread. */
	ConnectionInfo info() {
		Principal principal = this.principal;
		State state = this.state;
		return new ConnectionInfo(this.id, (principal != null) ? principal.getName() : user(), remoteAddress(),
				Instant.now().minusNanos(System.nanoTime() - this.accepted), state.compareTo(State.OPEN) >= 0,
				this.lane.inFlight(), this.bytesRead, this.output.written(), this.decoder.buffered(),
				this.output.pending());
	}

	/** Any thread. */
	void tap(@Nullable PairTap tap) {
		this.tap = (tap != null) ? tap : WireLog.of(this.id);
	}

	/** Any thread. */
	void close(CloseReason reason) {
		because(reason);
		this.channel.close();
	}

	/** Why this connection will be gone, unless that is known already. */
	private void because(CloseReason reason) {
		if (this.reason == null) {
			this.reason = reason;
		}
	}

	/** Say goodbye, answer what was read, close. Any thread. */
	void drain() {
		onLoop(() -> {
			this.draining = true;
			because(CloseReason.SHUTDOWN);
			if (this.state == State.DECIDING && this.attempt != null && this.attempt.cancel()) {
				deny(ErrorCode.GOING, "the server is about to stop", Duration.ofSeconds(1));
			}
			else if (this.state == State.HANDSHAKE) {
				end();
			}
			else if (this.state == State.OPEN) {
				endOrGo();
				progress();
			}
		});
	}

	/** Give up what is not answered, and close. Any thread. */
	void hurry() {
		onLoop(() -> {
			this.lane.giveUp();
			end();
			if (this.state.compareTo(State.ENDING) < 0) {
				this.channel.close();
			}
			else {
				progress();
			}
		});
	}

	private void onLoop(Runnable work) {
		try {
			this.channel.eventLoop().execute(work);
		}
		catch (RejectedExecutionException ex) {
			// The event loop has ended, and the connection with it.
		}
	}

}
