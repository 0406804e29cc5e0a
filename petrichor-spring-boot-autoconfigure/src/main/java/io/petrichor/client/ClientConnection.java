package io.petrichor.client;

import java.net.SocketAddress;
import java.security.Principal;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

import io.petrichor.handler.Dispatcher;
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
import io.petrichor.tnetstring.TNetstring;
import io.petrichor.wire.WireLog;

/**
 * One connection to a server, from its connect to its close: calls out, replies in. All
 * of it happens on the event loop of the client, but for what the interfaces say.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter implements PetrichorConnection, Replies {

	private static final long LANE_TICK = TimeUnit.MILLISECONDS.toNanos(100);

	/** How long a stream whose consumer takes nothing may hold up the others. */
	private static final long MAX_HOLD = TimeUnit.SECONDS.toNanos(5);

	/** Output that is flushed before more of it is made. */
	private static final int LARGE_BATCH = 64 * 1024;

	/** The most late replies that are still waited for. */
	private static final int MAX_FORGOTTEN = 1024;

	/** The last that is sent may take so long. */
	private static final long LINGER_MILLIS = 1000;

	private enum State {

		/** TCP and TLS. */
		CONNECTING,
		/** The identity is sent. */
		HANDSHAKE,
		/** Calls are sent and answered. */
		OPEN,
		/** No more calls are sent, the open ones are answered. */
		LEAVING,
		/** Gone. */
		CLOSED

	}

	private final Session session;

	private final ClientSettings settings;

	private final String id;

	private final Header identity;

	private final PairDecoder decoder;

	private final Map<String, Object> attributes = new ConcurrentHashMap<>(0);

	private final PendingCalls calls = new PendingCalls();

	private State state = State.CONNECTING;

	private volatile @Nullable Channel channel;

	private @Nullable PairOutput output;

	private @Nullable RequestLane lane;

	private @Nullable ByteBuf unread;

	private int unflushed;

	private int maxInFlight;

	private boolean byNumber;

	private boolean held;

	private long heldSince;

	private final long created = System.nanoTime();

	private long lastRead = this.created;

	private long awaitingSince;

	private long longestTimeout;

	private long pairBegun;

	private boolean proven;

	/** Why it is gone, as long as it was opened. */
	private @Nullable DisconnectReason reason;

	private boolean opened;

	private @Nullable PairTap wire;

	private volatile Header header = Header.EMPTY;

	private volatile TNetstring welcome = TNetstring.NULL;

	private volatile Capabilities capabilities = Capabilities.NONE;

	ClientConnection(Session session, ClientSettings settings, String id, Header identity) {
		this.session = session;
		this.settings = settings;
		this.id = id;
		this.identity = identity;
		this.decoder = new PairDecoder(settings.handshakeLimits());
	}

	// Its life

	@Override
	public void handlerAdded(ChannelHandlerContext context) {
		this.channel = context.channel();
	}

	@Override
	public void channelActive(ChannelHandlerContext context) {
		context.fireChannelActive();
		Channel channel = context.channel();
		if (this.state != State.CONNECTING) {
			channel.close();
			return;
		}
		this.state = State.HANDSHAKE;
		this.opened = true;
		this.session.listener().connectionOpened();
		this.wire = WireLog.of(this.id);
		this.output = new PairOutput(channel, this.session.listener());
		write(this.identity, TNetstring.EMPTY);
		this.output.flush();
		channel.eventLoop().schedule(() -> {
			if (this.state == State.HANDSHAKE) {
				close(DisconnectReason.HANDSHAKE_TIMEOUT,
						new PetrichorConnectionException("no answer to the handshake within %d ms"
							.formatted(this.settings.handshakeTimeout().toMillis()), false, null));
			}
		}, this.settings.handshakeTimeout().toNanos(), TimeUnit.NANOSECONDS);
		channel.read();
	}

	private void welcomed(Message message) {
		Header header = message.header();
		this.header = header;
		this.welcome = message.body();
		if (Welcome.isDenial(header)) {
			close(DisconnectReason.DENIED, Welcome.denial(message));
			return;
		}
		this.capabilities = Capabilities.from(header);
		this.byNumber = this.capabilities.re() > 0;
		this.maxInFlight = this.byNumber ? Math.min(this.capabilities.re(), this.settings.maxInFlight())
				: this.settings.maxInFlight();
		this.decoder.limits(this.settings.limits());
		Dispatcher dispatcher = this.settings.dispatcher();
		if (dispatcher != null && this.settings.hasHandlers() && !this.capabilities.plain()) {
			this.lane = dispatcher.lane(this, channel().eventLoop(), this, this::progress);
		}
		this.state = State.OPEN;
		this.session.listener().handshakeEnded(null, System.nanoTime() - this.created);
		this.session.opened(this);
	}

	/** No more calls: the server is about to go. */
	private void leave(@Nullable Duration retry) {
		if (this.state == State.OPEN) {
			this.state = State.LEAVING;
			this.session.leaving(this, retry);
			closeIfIdle();
		}
	}

	/** Send what was written, then close; done when the socket is closed. */
	CompletableFuture<@Nullable Void> finish() {
		CompletableFuture<@Nullable Void> closed = new CompletableFuture<>();
		Channel channel = this.channel;
		PetrichorClientException cause = new PetrichorConnectionException("the client was closed", false, null);
		if (channel == null) {
			close(DisconnectReason.LOCAL, cause);
			closed.complete(null);
			return closed;
		}
		channel.closeFuture().addListener((done) -> closed.complete(null));
		PairOutput output = this.output;
		if ((this.state == State.OPEN || this.state == State.LEAVING) && output != null) {
			output.finish().addListener((finished) -> channel.close());
			channel.eventLoop().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
			end(DisconnectReason.LOCAL, cause);
		}
		else {
			close(DisconnectReason.LOCAL, cause);
		}
		return closed;
	}

	/** Close, which fails what waits for replies; does nothing the second time. */
	void close(DisconnectReason reason, PetrichorClientException cause) {
		end(reason, cause);
		Channel channel = this.channel;
		if (channel != null) {
			channel.close();
		}
	}

	private void end(DisconnectReason reason, PetrichorClientException cause) {
		if (this.state == State.CLOSED) {
			return;
		}
		if (!this.opened && reason != DisconnectReason.LOCAL) {
			this.session.listener().connectFailed();
		}
		else if (this.state == State.HANDSHAKE) {
			this.session.listener().handshakeEnded(reason, System.nanoTime() - this.created);
		}
		this.state = State.CLOSED;
		this.reason = reason;
		this.decoder.close();
		if (this.unread != null) {
			this.unread.release();
			this.unread = null;
		}
		if (this.lane != null) {
			this.lane.close();
		}
		this.calls.fail(() -> lost(cause));
		this.session.ended(this, cause);
	}

	/** An exception for each call, since each is thrown with its caller's stack. */
	private static PetrichorClientException lost(PetrichorClientException cause) {
		String message = "the connection was lost before the reply: " + cause.getMessage();
		return (cause instanceof PetrichorProtocolException) ? new PetrichorProtocolException(message, true, cause)
				: new PetrichorConnectionException(message, true, cause);
	}

	@Override
	public void channelInactive(ChannelHandlerContext context) {
		this.held = false;
		boolean torn = consume() && this.decoder.isPartial();
		if (torn) {
			end(DisconnectReason.PROTOCOL_ERROR,
					new PetrichorProtocolException("the server closed the connection within a pair", false, null));
		}
		else {
			end(DisconnectReason.SERVER,
					new PetrichorConnectionException("the server closed the connection", false, null));
		}
		if (this.opened && this.reason != null) {
			this.session.listener().connectionClosed(this.reason);
		}
		if (this.output != null) {
			this.output.close();
		}
		context.fireChannelInactive();
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		close(DisconnectReason.ERROR,
				new PetrichorConnectionException(String.valueOf(cause.getMessage()), false, cause));
	}

	// Replies in

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		ByteBuf in = (ByteBuf) message;
		if (this.state == State.CLOSED) {
			in.release();
			return;
		}
		this.lastRead = System.nanoTime();
		this.session.listener().bytesRead(in.readableBytes());
		this.unread = (this.unread == null) ? in
				: ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), this.unread, in);
		consume();
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		progress();
	}

	/** Decode what was read; false if the connection is closed. */
	private boolean consume() {
		boolean partialBefore = this.decoder.isPartial();
		int pairs = 0;
		long bytes = 0;
		int largest = 0;
		try {
			while (this.unread != null && this.unread.isReadable() && !this.held) {
				Message message = this.decoder.decode(this.unread);
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
			close(DisconnectReason.PROTOCOL_ERROR,
					new PetrichorProtocolException("the server broke the protocol: " + ex.getMessage(), false, ex));
		}
		if (pairs > 0) {
			this.session.listener().pairsRead(pairs, bytes, largest);
		}
		if (!partialBefore && this.decoder.isPartial()) {
			this.pairBegun = this.lastRead;
			this.session.watch(this.pairBegun + this.settings.messageTimeout().toNanos());
		}
		if (this.unread != null && !this.unread.isReadable()) {
			this.unread.release();
			this.unread = null;
		}
		return this.state != State.CLOSED;
	}

	private void received(Message message) {
		if (this.wire != null) {
			this.wire.received(message.header(), message.body());
		}
		if (this.state == State.HANDSHAKE) {
			welcomed(message);
			return;
		}
		Long number = this.byNumber ? message.header().integer(HeaderKeys.RE) : null;
		if (number != null) {
			answered(number, message);
		}
		else if (!this.capabilities.plain() && isNotice(message)) {
			return;
		}
		else if (!this.byNumber) {
			Call call = this.calls.next();
			if (call == null) {
				throw violation("a reply that nobody asked for");
			}
			answered(call, message);
		}
		else if (this.lane != null) {
			this.lane.accept(message, this.lastRead);
		}
		else {
			throw violation("a request, though this client answers none");
		}
	}

	private void answered(long number, Message message) {
		boolean last = !message.header().flag(HeaderKeys.MORE);
		Call call = this.calls.get(number, last);
		if (call == null) {
			throw violation("a reply to a request that was not made");
		}
		if (call == PendingCalls.FORGOTTEN) {
			return;
		}
		if (last) {
			answered(call, message);
		}
		else if (!call.isStream()) {
			throw violation("a stream in reply to a single request");
		}
		else {
			call.deadline = this.lastRead + call.timeout().toNanos();
			call.next(message);
		}
	}

	private void answered(Call call, Message message) {
		call.connection = null;
		this.proven = true;
		String code = PetrichorRemoteException.code(message.header());
		if (code != null && PetrichorRemoteException.isNotExecuted(code)) {
			Duration retry = Welcome.retry(message.header());
			if (code.equals(ErrorCode.GOING.wireName())) {
				leave(retry);
				retry = null;
			}
			if (this.session.resend(call, retry)) {
				return;
			}
		}
		call.complete(message);
	}

	/** Whether it was something of the protocol itself. */
	private boolean isNotice(Message message) {
		Header header = message.header();
		if (header.flag(HeaderKeys.BYE)) {
			leave(Welcome.retry(header));
			return true;
		}
		if (header.flag(HeaderKeys.PING)) {
			Long number = header.integer(HeaderKeys.ID);
			write((number != null) ? Header.of(HeaderKeys.RE, number) : Header.EMPTY, TNetstring.NULL);
			return true;
		}
		String code = this.byNumber ? PetrichorRemoteException.code(header) : null;
		if (code != null) {
			close(DisconnectReason.SERVER,
					new PetrichorProtocolException(
							"the server gave up the connection: %s, %s".formatted(code, Welcome.text(message.body())),
							false, null));
			return true;
		}
		return false;
	}

	private ProtocolException violation(String what) {
		return new ProtocolException(ErrorCode.BAD_REQUEST, what);
	}

	/** Go on with whatever became possible. */
	private void progress() {
		if (this.state == State.CLOSED) {
			return;
		}
		if (!this.held) {
			consume();
		}
		RequestLane lane = this.lane;
		if (lane != null && lane.inFlight() > 0) {
			lane.readComplete();
			this.session.watch(System.nanoTime() + LANE_TICK);
		}
		this.session.progress();
		flush();
		closeIfIdle();
		Channel channel = this.channel;
		if (this.state != State.CLOSED && !this.held && channel != null) {
			channel.read();
		}
	}

	private void closeIfIdle() {
		if (this.state == State.LEAVING && this.calls.count() == 0
				&& (this.lane == null || this.lane.inFlight() == 0)) {
			close(DisconnectReason.GOING, new PetrichorConnectionException("the server is going", false, null));
		}
	}

	// Streams that are slow

	/** Read no more until {@link #release}. */
	void hold() {
		if (!this.held) {
			this.held = true;
			this.heldSince = System.nanoTime();
			this.session.watch(this.heldSince + MAX_HOLD);
		}
	}

	/** Look whether there is any stream left that must be waited for. */
	void release() {
		if (this.held && !this.calls.hasFullStream()) {
			this.held = false;
			progress();
		}
	}

	// Calls out

	/** Whether another call can be sent now. */
	boolean hasRoom() {
		return this.state == State.OPEN && inFlight() < this.maxInFlight && this.unflushed < LARGE_BATCH
				&& channel().isWritable();
	}

	/** How many of its calls wait for replies. */
	int inFlight() {
		return this.calls.count();
	}

	/** Send a call; the session flushes. */
	void send(Call call, long now) {
		long size = (long) call.header().encoded().size() + call.body().size();
		if (this.capabilities.max() > 0 && size > this.capabilities.max()) {
			call.fail(new PetrichorTooBigException(size, this.capabilities.max()));
			return;
		}
		PairOutput output = this.output;
		if (output == null) {
			throw new IllegalStateException("not connected");
		}
		if (this.calls.isEmpty()) {
			this.awaitingSince = now;
			this.longestTimeout = 0;
		}
		this.longestTimeout = Math.max(this.longestTimeout, call.timeout().toNanos());
		this.unflushed += (int) size;
		if (call instanceof OnewayCall oneway && this.capabilities.oneway()) {
			Header header = oneway.onewayHeader();
			shown(header, call);
			output.write(header, call.body());
		}
		else if (this.byNumber) {
			call.connection = this;
			this.calls.addNumbered(call);
			shown(call.header(), call);
			output.write(call.header(), HeaderKeys.ID, call.id, call.body());
		}
		else {
			call.connection = this;
			this.calls.add(call);
			shown(call.header(), call);
			output.write(call.header(), call.body());
		}
		call.written();
	}

	private void shown(Header header, Call call) {
		PairTap wire = this.wire;
		if (wire != null) {
			wire.sent((this.byNumber && call.id != 0) ? header.with(HeaderKeys.ID, call.id) : header, call.body());
		}
	}

	/** A call that was sent has been ended by its caller or its deadline. */
	void forget(Call call) {
		if (this.calls.forget(call)) {
			cancel(call.id);
			release();
		}
	}

	private void cancel(long number) {
		if (this.capabilities.more()) {
			write(Header.of(Map.of(HeaderKeys.ID, number, HeaderKeys.CANCEL, true)), TNetstring.NULL);
			flush();
		}
		if (this.calls.forgotten() > MAX_FORGOTTEN) {
			close(DisconnectReason.SILENT,
					new PetrichorProtocolException("the server leaves requests unanswered", false, null));
		}
	}

	@Override
	public void write(Header header, TNetstring body) {
		PairOutput output = this.output;
		if (output != null) {
			PairTap wire = this.wire;
			if (wire != null) {
				wire.sent(header, body);
			}
			output.write(header, body);
		}
	}

	@Override
	public void fail(Throwable cause) {
		close();
	}

	@Override
	public void flush() {
		this.unflushed = 0;
		if (this.output != null) {
			this.output.flush();
		}
	}

	@Override
	public void channelWritabilityChanged(ChannelHandlerContext context) {
		if (context.channel().isWritable()) {
			this.session.progress();
		}
		context.fireChannelWritabilityChanged();
	}

	// Deadlines

	/**
	 * End what has taken too long.
	 * @return when to look again, or {@link Long#MAX_VALUE} in nanoseconds from now
	 */
	long expire(long now) {
		long next = this.calls.expire(now, this::cancel);
		if (this.state == State.CLOSED) {
			return Long.MAX_VALUE;
		}
		if (this.lane != null && this.lane.inFlight() > 0) {
			next = Math.min(next, this.lane.expire(now));
			flush();
		}
		return Math.min(next, expireConnection(now));
	}

	private long expireConnection(long now) {
		long next = Long.MAX_VALUE;
		if (!this.calls.isEmpty()) {
			long heard = (this.lastRead - this.awaitingSince > 0) ? this.lastRead : this.awaitingSince;
			// Not a whole multiple: of calls one after the other, each ends by its own
			// timeout.
			long left = heard + 5 * this.longestTimeout / 2 - now;
			if (left <= 0) {
				close(DisconnectReason.SILENT, new PetrichorConnectionException("the server is silent", false, null));
				return Long.MAX_VALUE;
			}
			next = left;
		}
		if (this.decoder.isPartial() && !this.held) {
			long left = this.pairBegun + this.settings.messageTimeout().toNanos() - now;
			if (left <= 0) {
				close(DisconnectReason.MESSAGE_TIMEOUT,
						new PetrichorProtocolException("the server did not end a pair within %d ms"
							.formatted(this.settings.messageTimeout().toMillis()), false, null));
				return Long.MAX_VALUE;
			}
			next = Math.min(next, left);
		}
		if (this.held) {
			next = Math.min(next, expireHold(now));
		}
		return next;
	}

	private long expireHold(long now) {
		long left = this.heldSince + MAX_HOLD - now;
		if (left > 0) {
			return left;
		}
		this.calls.cutOffFullStreams(
				() -> new PetrichorTimeoutException(
						"the stream was cut off: its consumer held up the connection for too long", true),
				this::cancel);
		release();
		return Long.MAX_VALUE;
	}

	// What it knows

	/** Whether it has served calls, so that its loss is not a failure to connect. */
	boolean isProven() {
		return this.proven;
	}

	TNetstring welcome() {
		return this.welcome;
	}

	private Channel channel() {
		Channel channel = this.channel;
		if (channel == null) {
			throw new IllegalStateException("not connected");
		}
		return channel;
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
		return null;
	}

	@Override
	public Capabilities capabilities() {
		return this.capabilities;
	}

	@Override
	public SocketAddress remoteAddress() {
		return channel().remoteAddress();
	}

	@Override
	public Map<String, Object> attributes() {
		return this.attributes;
	}

	@Override
	public boolean isOpen() {
		Channel channel = this.channel;
		return channel != null && channel.isActive();
	}

	@Override
	public void close() {
		Channel channel = this.channel;
		if (channel != null) {
			channel.close();
		}
	}

}
