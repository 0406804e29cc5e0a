package io.petrichor.server;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.RejectedExecutionException;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.petrichor.handler.RequestLane;
import io.petrichor.protocol.PairInput;
import io.petrichor.protocol.PairTap;
import io.petrichor.server.auth.Decision;
import io.petrichor.wire.WireLog;

/**
 * One connection, from its accept to its close: gives what happens to it, on the socket,
 * in the server or by the clock, to the part of it that knows what to do. All of it is on
 * the event loop, but for what says otherwise.
 */
final class ServerConnection extends ChannelInboundHandlerAdapter {

	private static final Log logger = LogFactory.getLog(ServerConnection.class);

	private static final OccasionalLog failures = new OccasionalLog(logger);

	private final PetrichorServer server;

	private final Listening listening;

	private final Channel channel;

	private final PairInput in;

	private final Outbound out;

	private final Lifecycle life;

	private final PushedRequests pushed;

	private final Peer peer;

	private final HandshakePhase handshake;

	private final RequestLane lane;

	private final ReadingPace pace;

	private final RequestIntake intake;

	private final Deadlines deadlines;

	private boolean draining;

	ServerConnection(PetrichorServer server, Listening listening, String id, Channel channel, Admission.Place place) {
		ServerLimits limits = server.limits();
		long requestTimeout = server.dispatcher().timeout();
		this.server = server;
		this.listening = listening;
		this.channel = channel;
		this.in = new PairInput(limits.handshake(), server.listener());
		this.out = new Outbound(id, channel, limits, server.listener(), this::flushed, this::pushed);
		this.life = new Lifecycle(channel, this.in, this.out, this::watch);
		this.pushed = new PushedRequests(id, this.out, Duration.ofNanos(requestTimeout),
				limits.message().maxBodySize());
		this.peer = new Peer(id, channel, this.life, server.dispatcher().bodies(), this.pushed);
		this.handshake = new HandshakePhase(server, listening.authentication(), place, channel, this.in, this.out,
				this.life, this.peer, this::letIn);
		this.lane = server.dispatcher().lane(this.peer, channel.eventLoop(), this.out, this::progress);
		this.pace = new ReadingPace(limits, server.budget(), this.in, this.out, this.lane);
		this.intake = new RequestIntake(this.life, this.in, this.out, this.handshake, this.pushed, this.peer, this.lane,
				this.pace);
		this.deadlines = new Deadlines(limits, requestTimeout, this.life, this.in, this.out, this.pace,
				channel.eventLoop(), this::look);
	}

	// Bytes in

	@Override
	public void channelActive(ChannelHandlerContext context) {
		context.fireChannelActive();
		tap(null);
		this.listening.opened(this);
		this.server.listener().connectionOpened();
		this.deadlines.begin();
		context.read();
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		ByteBuf bytes = (ByteBuf) message;
		if (this.life.hasReached(ConnectionState.LINGERING)) {
			bytes.release();
		}
		else if (this.handshake.isForeign(bytes)) {
			bytes.release();
			context.close();
		}
		else {
			this.in.add(bytes, context.alloc());
			this.intake.consume();
		}
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		progress();
	}

	@Override
	public void channelWritabilityChanged(ChannelHandlerContext context) {
		if (context.channel().isWritable()) {
			progress();
		}
		context.fireChannelWritabilityChanged();
	}

	/**
	 * Something was read, written or finished: go on with whatever that made possible.
	 */
	private void progress() {
		if (this.life.hasReached(ConnectionState.LINGERING)) {
			if (!this.in.isEnded()) {
				this.channel.read();
			}
			return;
		}
		this.intake.advance();
		if (this.life.state() == ConnectionState.ENDING && this.lane.inFlight() == 0 && !this.in.hasUnread()) {
			this.life.finish();
		}
		else if (this.intake.wantsMore()) {
			this.channel.read();
		}
		this.deadlines.watch();
	}

	/** The peer has its answer to the handshake. */
	private void letIn(Decision.Allowed decision) {
		this.deadlines.allow(decision.until());
		this.pace.open(this.peer.capabilities());
		if (this.draining || this.in.isEnded()) {
			leave();
		}
		progress();
	}

	// Bytes out

	private void flushed() {
		this.lane.flushed();
	}

	private void pushed() {
		this.out.flush();
		watch();
	}

	/** Nobody else looks whether the peer takes what goes to it now. */
	private void watch() {
		this.pace.account();
		this.deadlines.watch();
	}

	// The end

	@Override
	public void userEventTriggered(ChannelHandlerContext context, Object event) {
		if (event instanceof ChannelInputShutdownEvent) {
			this.in.end();
			this.life.because(CloseReason.PEER);
			inputEnded();
		}
		else if (event instanceof SslHandshakeCompletionEvent tls) {
			this.handshake.tls(tls);
		}
		context.fireUserEventTriggered(event);
	}

	/** Nothing more comes. While the peer waits for the decision, so does this. */
	private void inputEnded() {
		switch (this.life.state()) {
			case HANDSHAKE -> this.intake.end();
			case OPEN, GOING -> {
				leave();
				progress();
			}
			case LINGERING -> this.life.met();
			default -> {
			}
		}
	}

	/** The peer has ended its half, or this server wants to end. */
	private void leave() {
		this.life.leave(this.peer.capabilities());
		if (this.life.state() == ConnectionState.GOING) {
			this.lane.refuse();
		}
	}

	@Override
	public void channelInactive(ChannelHandlerContext context) {
		try {
			this.life.closed();
			this.pace.close();
			this.deadlines.close();
			this.pushed.close();
			this.handshake.closed();
			this.lane.close();
			CloseReason reason = this.life.reason();
			this.server.closed(this.peer, (reason != null) ? reason : CloseReason.PEER);
		}
		finally {
			this.listening.closed(this);
			context.fireChannelInactive();
		}
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		logger.debug("Connection %s is closed after an error".formatted(id()), cause);
		this.life.because(CloseReason.ERROR);
		context.close();
	}

	// Deadlines

	/** Is one of the deadlines over? This is not the last look because it failed. */
	private void look() {
		try {
			look(System.nanoTime());
		}
		catch (Throwable ex) {
			failures.error("Connection %s goes on after an error when its deadlines were looked at".formatted(id()),
					ex);
			if (this.life.state() != ConnectionState.CLOSED) {
				this.deadlines.retry();
			}
		}
	}

	private void look(long now) {
		this.lane.expire(now);
		long left = this.deadlines.left(now);
		if (left <= 0 && this.deadlines.isExpired(now)) {
			this.life.because(CloseReason.EXPIRED);
			leave();
			left = this.deadlines.left(now);
		}
		if (left <= 0) {
			overdue(now);
			return;
		}
		MemoryBudget budget = this.server.budget();
		if (budget.isOver()) {
			budget.relieve(this.listening.connections(), now);
		}
		this.deadlines.pause();
		if (this.deadlines.isGoodbyeOver(now)) {
			this.intake.end();
		}
		progress();
		if (this.life.state() != ConnectionState.CLOSED) {
			this.deadlines.again(left);
		}
	}

	private void overdue(long now) {
		this.deadlines.over();
		if (!this.handshake.expire()) {
			this.life.close(this.deadlines.overdue(now));
		}
	}

	// From any thread

	String id() {
		return this.peer.id();
	}

	ConnectionInfo info() {
		Principal principal = this.peer.principal();
		return new ConnectionInfo(id(), (principal != null) ? principal.getName() : this.peer.user(),
				this.peer.remoteAddress(), Instant.now().minusNanos(this.life.age(System.nanoTime())),
				this.life.hasReached(ConnectionState.OPEN), this.lane.inFlight(), this.in.bytesRead(),
				this.out.written(), this.in.partial(), this.out.pending());
	}

	/** The memory that this connection holds for what is not finished. */
	long held() {
		return this.pace.held();
	}

	/** Show every pair to somebody; null for nobody but the log. */
	void tap(@Nullable PairTap tap) {
		PairTap shown = (tap != null) ? tap : WireLog.of(id());
		this.in.tap(shown);
		this.out.tap(shown);
	}

	void close(CloseReason reason) {
		this.life.close(reason);
	}

	/** Say goodbye, answer what was read, close. */
	void drain() {
		onLoop(() -> {
			this.draining = true;
			this.life.because(CloseReason.SHUTDOWN);
			this.handshake.drain();
			if (this.life.state() == ConnectionState.OPEN) {
				leave();
				progress();
			}
		});
	}

	/** Give up what is not answered, and close. */
	void hurry() {
		onLoop(() -> {
			this.lane.giveUp();
			this.intake.end();
			if (!this.life.hasReached(ConnectionState.ENDING)) {
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
