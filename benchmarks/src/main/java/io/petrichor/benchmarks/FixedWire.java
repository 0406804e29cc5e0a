package io.petrichor.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/**
 * A protocol whose requests are all equal and whose replies are all of one length. The
 * first reply is compared byte for byte, the others are counted.
 */
final class FixedWire implements Wire {

	private final byte[] hello;

	private final Welcome welcome;

	private final byte[] request;

	private final byte[] reply;

	private boolean greeted;

	private boolean verified;

	private long received;

	private FixedWire(byte[] hello, Welcome welcome, byte[] request, byte[] reply) {
		this.hello = hello;
		this.welcome = welcome;
		this.request = request;
		this.reply = reply;
	}

	/** Pairs, after the first one of the seed's client. */
	static FixedWire petrichor(byte[] request, byte[] reply) {
		byte[] hello = ascii("44:4:user,5:bench,5:ident,2:01,7:version,3:0.1,}0:,");
		return new FixedWire(hello, FixedWire::pairLength, request, reply);
	}

	/** A request of the default handler, or of the route, and its reply. */
	static FixedWire echo(String header, byte[] body) {
		return petrichor(join(ascii(header), body), join(ascii("0:}"), body));
	}

	/** Version 3.1 of ZeroMQ's protocol: greeting, NULL security, one frame a message. */
	static FixedWire zeromq(int size) {
		byte[] greeting = new byte[64];
		greeting[0] = (byte) 0xff;
		greeting[9] = 0x7f;
		greeting[10] = 3;
		System.arraycopy(ascii("NULL"), 0, greeting, 12, 4);
		byte[] ready = join(new byte[] { 4, 28, 5 }, ascii("READY"), new byte[] { 11 }, ascii("Socket-Type"),
				new byte[] { 0, 0, 0, 6 }, ascii("DEALER"));
		byte[] head = (size > 255) ? new byte[] { 2, 0, 0, 0, 0, (byte) (size >>> 24), (byte) (size >>> 16),
				(byte) (size >>> 8), (byte) size } : new byte[] { 0, (byte) size };
		byte[] message = join(head, new byte[size]);
		return new FixedWire(join(greeting, ready), FixedWire::zeromqLength, message, message);
	}

	/** A length of four bytes before each message. */
	static FixedWire lengthPrefixed(int size) {
		byte[] message = join(
				new byte[] { (byte) (size >>> 24), (byte) (size >>> 16), (byte) (size >>> 8), (byte) size },
				new byte[size]);
		return new FixedWire(new byte[0], (in) -> 0, message, message);
	}

	@Override
	public boolean begin(ChannelHandlerContext context, ByteBuf in) {
		if (!this.greeted) {
			this.greeted = true;
			context.writeAndFlush(context.alloc().buffer().writeBytes(this.hello));
		}
		int length = this.welcome.length(in);
		if (length < 0 || in.readableBytes() < length) {
			return false;
		}
		in.skipBytes(length);
		return true;
	}

	@Override
	public void request(ByteBuf out, int count) {
		for (int i = 0; i < count; i++) {
			out.writeBytes(this.request);
		}
	}

	@Override
	public int replies(ChannelHandlerContext context, ByteBuf in) {
		if (!this.verified) {
			if (in.readableBytes() < this.reply.length) {
				return 0;
			}
			for (int i = 0; i < this.reply.length; i++) {
				if (in.getByte(in.readerIndex() + i) != this.reply[i]) {
					throw new IllegalStateException("Not the reply that was expected: " + in.toString(in.readerIndex(),
							Math.min(in.readableBytes(), 200), StandardCharsets.ISO_8859_1));
				}
			}
			this.verified = true;
		}
		this.received += in.readableBytes();
		in.skipBytes(in.readableBytes());
		int count = (int) (this.received / this.reply.length);
		this.received -= (long) count * this.reply.length;
		return count;
	}

	private static int pairLength(ByteBuf in) {
		int header = length(in, in.readerIndex());
		if (header < 0) {
			return -1;
		}
		int body = length(in, in.readerIndex() + header);
		return (body < 0) ? -1 : header + body;
	}

	private static int length(ByteBuf in, int from) {
		int colon = (from < in.writerIndex()) ? in.indexOf(from, in.writerIndex(), (byte) ':') : -1;
		return (colon < 0) ? -1
				: colon - from + 2 + Integer.parseInt(in.toString(from, colon - from, StandardCharsets.US_ASCII));
	}

	private static int zeromqLength(ByteBuf in) {
		return (in.readableBytes() < 66) ? -1 : 66 + in.getUnsignedByte(in.readerIndex() + 65);
	}

	static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

	static byte[] join(byte[]... parts) {
		int length = Arrays.stream(parts).mapToInt((part) -> part.length).sum();
		byte[] whole = new byte[length];
		int position = 0;
		for (byte[] part : parts) {
			System.arraycopy(part, 0, whole, position, part.length);
			position += part.length;
		}
		return whole;
	}

	/** How long the server's answer to the first bytes is, or -1 if that is not known. */
	@FunctionalInterface
	private interface Welcome {

		int length(ByteBuf in);

	}

}
