package io.petrichor.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;

/**
 * gRPC: HTTP/2 with as little of it as a client of one unary method needs. Header fields
 * are literals that leave no trace in the server's table, but for those that HTTP/2 has a
 * number for.
 */
final class GrpcWire implements Wire {

	private static final int DATA = 0;

	private static final int HEADERS = 1;

	private static final int SETTINGS = 4;

	private static final int PING = 6;

	private static final int RST_STREAM = 3;

	private static final int GOAWAY = 7;

	private static final int WINDOW_UPDATE = 8;

	private static final int END_STREAM = 1;

	private static final int WINDOW = 1 << 20;

	private final byte[] headers;

	private final byte[] message;

	private boolean greeted;

	private int stream = -1;

	private int taken;

	GrpcWire(String path, int size) {
		ByteBuf block = Unpooled.buffer();
		block.writeByte(0x83).writeByte(0x86);
		field(block, 4, path);
		field(block, 1, "localhost");
		field(block, 31, "application/grpc");
		block.writeByte(0);
		text(block, "te");
		text(block, "trailers");
		this.headers = new byte[block.readableBytes()];
		block.readBytes(this.headers);
		this.message = new byte[5 + size];
		Unpooled.wrappedBuffer(this.message).setInt(1, size);
	}

	private static void field(ByteBuf block, int name, String value) {
		if (name < 15) {
			block.writeByte(name);
		}
		else {
			block.writeByte(15).writeByte(name - 15);
		}
		text(block, value);
	}

	private static void text(ByteBuf block, String text) {
		block.writeByte(text.length()).writeBytes(FixedWire.ascii(text));
	}

	@Override
	public boolean begin(ChannelHandlerContext context, ByteBuf in) {
		if (!this.greeted) {
			this.greeted = true;
			ByteBuf out = context.alloc().buffer();
			out.writeBytes(FixedWire.ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
			head(out, 0, SETTINGS, 0, 0);
			head(out, 4, WINDOW_UPDATE, 0, 0);
			out.writeInt(WINDOW);
			context.writeAndFlush(out);
		}
		if (in.readableBytes() < 9) {
			return false;
		}
		return replies(context, in) == 0;
	}

	@Override
	public void request(ByteBuf out, int count) {
		for (int i = 0; i < count; i++) {
			this.stream += 2;
			head(out, this.headers.length, HEADERS, 4, this.stream);
			out.writeBytes(this.headers);
			head(out, this.message.length, DATA, END_STREAM, this.stream);
			out.writeBytes(this.message);
		}
	}

	@Override
	public int replies(ChannelHandlerContext context, ByteBuf in) {
		int count = 0;
		while (in.readableBytes() >= 9) {
			int start = in.readerIndex();
			int length = in.getUnsignedMedium(start);
			if (in.readableBytes() < 9 + length) {
				break;
			}
			int type = in.getByte(start + 3);
			int flags = in.getByte(start + 4);
			switch (type) {
				case DATA -> took(context, length);
				case HEADERS -> count += flags & END_STREAM;
				case SETTINGS, PING -> acknowledge(context, in.slice(start + 9, length), type, flags);
				case RST_STREAM, GOAWAY -> throw new IllegalStateException("Frame of type " + type);
				default -> {
				}
			}
			in.skipBytes(9 + length);
		}
		return count;
	}

	private void took(ChannelHandlerContext context, int length) {
		this.taken += length;
		if (this.taken > WINDOW / 2) {
			ByteBuf out = context.alloc().buffer();
			head(out, 4, WINDOW_UPDATE, 0, 0);
			context.write(out.writeInt(this.taken));
			this.taken = 0;
		}
	}

	private void acknowledge(ChannelHandlerContext context, ByteBuf content, int type, int flags) {
		if ((flags & 1) == 0) {
			ByteBuf out = context.alloc().buffer();
			if (type == PING) {
				head(out, content.readableBytes(), PING, 1, 0);
				out.writeBytes(content);
			}
			else {
				head(out, 0, SETTINGS, 1, 0);
			}
			context.writeAndFlush(out);
		}
	}

	private static void head(ByteBuf out, int length, int type, int flags, int stream) {
		out.writeMedium(length).writeByte(type).writeByte(flags).writeInt(stream);
	}

}
