package io.petrichor.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;

/**
 * RSocket 1.0 over TCP: request-response with a route in composite metadata.
 */
final class RSocketWire implements Wire {

	private static final int SETUP = 1;

	private static final int KEEPALIVE = 3;

	private static final int REQUEST_RESPONSE = 4;

	private static final int PAYLOAD = 10;

	private final byte[] data;

	private boolean ready;

	private int stream = -1;

	RSocketWire(int size) {
		this.data = new byte[size];
	}

	@Override
	public boolean begin(ChannelHandlerContext context, ByteBuf in) {
		if (!this.ready) {
			this.ready = true;
			ByteBuf setup = Unpooled.buffer();
			setup.writeInt(0).writeShort(SETUP << 10).writeShort(1).writeShort(0);
			setup.writeInt(3_600_000).writeInt(Integer.MAX_VALUE);
			for (String type : new String[] { "message/x.rsocket.composite-metadata.v0", "application/octet-stream" }) {
				setup.writeByte(type.length()).writeBytes(FixedWire.ascii(type));
			}
			ByteBuf out = context.alloc().buffer();
			out.writeMedium(setup.readableBytes()).writeBytes(setup);
			context.writeAndFlush(out);
		}
		return true;
	}

	@Override
	public void request(ByteBuf out, int count) {
		for (int i = 0; i < count; i++) {
			this.stream += 2;
			out.writeMedium(6 + 3 + 9 + this.data.length);
			out.writeInt(this.stream).writeShort((REQUEST_RESPONSE << 10) | 0x100);
			// Metadata: an entry of the well-known type of routing (0x7e), one tag
			// "echo".
			out.writeMedium(9)
				.writeByte(0xfe)
				.writeMedium(5)
				.writeByte(4)
				.writeBytes(new byte[] { 'e', 'c', 'h', 'o' });
			out.writeBytes(this.data);
		}
	}

	@Override
	public int replies(ChannelHandlerContext context, ByteBuf in) {
		int count = 0;
		while (in.readableBytes() >= 9) {
			int start = in.readerIndex();
			int length = in.getUnsignedMedium(start);
			if (in.readableBytes() < 3 + length) {
				break;
			}
			int type = in.getUnsignedShort(start + 7) >>> 10;
			if (type == PAYLOAD) {
				if (length != 6 + this.data.length) {
					throw new IllegalStateException("A reply of " + length + " bytes");
				}
				count++;
			}
			else if (type != KEEPALIVE) {
				throw new IllegalStateException("Frame of type " + type + ": "
						+ in.toString(start + 3, length, java.nio.charset.StandardCharsets.ISO_8859_1));
			}
			in.skipBytes(3 + length);
		}
		return count;
	}

}
