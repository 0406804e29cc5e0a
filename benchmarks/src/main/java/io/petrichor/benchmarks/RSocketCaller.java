package io.petrichor.benchmarks;

import java.util.function.Consumer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.core.RSocketConnector;
import io.rsocket.frame.decoder.PayloadDecoder;
import io.rsocket.transport.netty.client.TcpClientTransport;
import io.rsocket.util.ByteBufPayload;
import org.jspecify.annotations.Nullable;

/**
 * RSocket's own client, without copies, and without Spring's on top of it.
 */
final class RSocketCaller implements Caller {

	/** Composite metadata: an entry of the well-known type of routing, one tag "echo". */
	private static final ByteBuf ROUTE = Unpooled
		.unreleasableBuffer(Unpooled.wrappedBuffer(new byte[] { (byte) 0xfe, 0, 0, 5, 4, 'e', 'c', 'h', 'o' }));

	private final RSocket rsocket;

	RSocketCaller(int port) {
		RSocket rsocket = RSocketConnector.create()
			.metadataMimeType("message/x.rsocket.composite-metadata.v0")
			.dataMimeType("application/octet-stream")
			.payloadDecoder(PayloadDecoder.ZERO_COPY)
			.connect(TcpClientTransport.create("127.0.0.1", port))
			.block();
		if (rsocket == null) {
			throw new IllegalStateException("not connected");
		}
		this.rsocket = rsocket;
	}

	@Override
	public int call(byte[] body) {
		byte[] reply = this.rsocket.requestResponse(payload(body)).map(RSocketCaller::data).block();
		return (reply != null) ? reply.length : -1;
	}

	@Override
	public void call(byte[] body, Consumer<@Nullable Throwable> done) {
		this.rsocket.requestResponse(payload(body))
			.map(RSocketCaller::data)
			.subscribe((reply) -> done.accept(null), done);
	}

	private static Payload payload(byte[] body) {
		return ByteBufPayload.create(Unpooled.wrappedBuffer(body), ROUTE.duplicate());
	}

	private static byte[] data(Payload reply) {
		byte[] data = new byte[reply.sliceData().readableBytes()];
		reply.sliceData().readBytes(data);
		reply.release();
		return data;
	}

	@Override
	public void close() {
		this.rsocket.dispose();
	}

}
