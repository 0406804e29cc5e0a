package io.petrichor.client;

import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.PairTap;
import io.petrichor.wire.WireLog;

/**
 * The life of a socket to a server: tells the receiver of its pairs what happens, and
 * closes it. Event loop only.
 */
final class PairChannel extends ChannelInboundHandlerAdapter {

	/** The last that is sent may take so long. */
	private static final long LINGER_MILLIS = 1000;

	private final String id;

	private final ClientListener listener;

	private final PairReader reader;

	private PairReceiver receiver;

	private @Nullable Channel channel;

	private @Nullable PairWriter writer;

	/** Why it ends, once it does. */
	private @Nullable DisconnectReason reason;

	PairChannel(String id, ClientSettings settings, ClientListener listener, DeadlineTimer timer,
			PairReceiver receiver) {
		this.id = id;
		this.listener = listener;
		this.reader = new PairReader(settings, listener, timer, receiver);
		this.receiver = receiver;
	}

	String id() {
		return this.id;
	}

	PairReader reader() {
		return this.reader;
	}

	/** Who is told from now on. */
	void receiver(PairReceiver receiver) {
		this.receiver = receiver;
		this.reader.receiver(receiver);
	}

	/** Whether it ever was there to be written to. */
	boolean wasOpened() {
		return this.writer != null;
	}

	/** The socket, which is there before its receiver is told of it. */
	Channel socket() {
		Channel channel = this.channel;
		if (channel == null) {
			throw new IllegalStateException("not connected");
		}
		return channel;
	}

	@Override
	public void handlerAdded(ChannelHandlerContext context) {
		this.channel = context.channel();
	}

	@Override
	public void channelActive(ChannelHandlerContext context) {
		context.fireChannelActive();
		Channel channel = context.channel();
		if (this.reason != null) {
			channel.close();
			return;
		}
		this.listener.connectionOpened();
		PairTap wire = WireLog.of(this.id);
		PairWriter writer = new PairWriter(channel, this.listener, wire);
		this.writer = writer;
		this.reader.wire(wire);
		this.receiver.opened(writer);
		channel.read();
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		this.reader.read((ByteBuf) message, context.alloc());
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		this.receiver.readComplete();
	}

	/** Read on, unless there is a pause or an end. */
	void readOn() {
		if (this.reason == null && !this.reader.isPaused()) {
			socket().read();
		}
	}

	@Override
	public void channelWritabilityChanged(ChannelHandlerContext context) {
		if (context.channel().isWritable()) {
			this.receiver.writable();
		}
		context.fireChannelWritabilityChanged();
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		this.receiver.close(DisconnectReason.ERROR,
				new PetrichorConnectionException(describe(context, cause), false, cause));
	}

	private String describe(ChannelHandlerContext context, Throwable cause) {
		boolean duringTlsHandshake = !wasOpened() && context.pipeline().get(SslHandler.class) != null;
		if (duringTlsHandshake && cause instanceof ClosedChannelException) {
			return "the server closed the connection during the TLS handshake: does it speak TLS?";
		}
		String message = (cause.getMessage() != null) ? cause.getMessage() : cause.toString();
		return duringTlsHandshake ? "the TLS handshake failed: " + message : message;
	}

	@Override
	public void channelInactive(ChannelHandlerContext context) {
		this.reader.receiveRest();
		if (this.reader.isPartial()) {
			this.receiver.close(DisconnectReason.PROTOCOL_ERROR,
					new PetrichorProtocolException("the server closed the connection within a pair", false, null));
		}
		else {
			this.receiver.close(DisconnectReason.SERVER,
					new PetrichorConnectionException("the server closed the connection", false, null));
		}
		if (this.writer != null) {
			if (this.reason != null) {
				this.listener.connectionClosed(this.reason);
			}
			this.writer.close();
		}
		context.fireChannelInactive();
	}

	/** Receive nothing any more. */
	void end(DisconnectReason reason) {
		this.reason = reason;
		this.reader.end();
	}

	/** Close it, whatever was not sent; nothing if it was never there. */
	void close() {
		if (this.channel != null) {
			this.channel.close();
		}
	}

	/** Send what was written, then close. */
	void finish() {
		if (this.writer != null) {
			Channel channel = socket();
			this.writer.finish().addListener((finished) -> channel.close());
			channel.eventLoop().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
		}
	}

	/** Done when the socket is closed, or was never there. */
	CompletableFuture<@Nullable Void> closed() {
		CompletableFuture<@Nullable Void> closed = new CompletableFuture<>();
		if (this.channel != null) {
			this.channel.closeFuture().addListener((done) -> closed.complete(null));
		}
		else {
			closed.complete(null);
		}
		return closed;
	}

}
