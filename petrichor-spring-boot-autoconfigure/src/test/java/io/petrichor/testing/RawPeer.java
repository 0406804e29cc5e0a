package io.petrichor.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import io.petrichor.protocol.Header;
import io.petrichor.protocol.Message;
import io.petrichor.protocol.PairDecoder;
import io.petrichor.protocol.PairEncoder;
import io.petrichor.protocol.PairLimits;

/**
 * A peer for tests that sends whatever it is told to, byte by byte if need be, and reads
 * pairs. Every read ends within ten seconds.
 */
public final class RawPeer implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final Socket socket;

	private final PairDecoder decoder = new PairDecoder(
			new PairLimits(1 << 20, 64 << 20, PairLimits.DEFAULTS.values().withMaxSize(64 << 20)));

	private final ByteBuf unread = Unpooled.buffer();

	private RawPeer(Socket socket) {
		this.socket = socket;
	}

	/**
	 * Connect without a word.
	 * @param port where the server listens on loopback
	 * @return the peer
	 */
	public static RawPeer connect(int port) {
		return over(new Socket(), port);
	}

	/**
	 * Connect over a socket of the test's choice.
	 * @param socket an unconnected socket
	 * @param port where the server listens on loopback
	 * @return the peer
	 */
	public static RawPeer over(Socket socket, int port) {
		try {
			socket.setSoTimeout((int) PATIENCE.toMillis());
			socket.setTcpNoDelay(true);
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
			return new RawPeer(socket);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Talk over a socket that is connected already, as a server does.
	 * @param socket an accepted socket
	 * @return the peer
	 */
	public static RawPeer accepted(Socket socket) {
		try {
			socket.setSoTimeout((int) PATIENCE.toMillis());
			socket.setTcpNoDelay(true);
			return new RawPeer(socket);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Connect, say who one is as the seed's client does, and read the welcome.
	 * @param port where the server listens on loopback
	 * @return the peer, let in
	 */
	public static RawPeer welcomed(int port) {
		return welcomed(port, Map.of());
	}

	/**
	 * Connect with more keys than the seed's client has in its header, such as
	 * {@code can}.
	 * @param port where the server listens on loopback
	 * @param more the other keys
	 * @return the peer, let in
	 */
	public static RawPeer welcomed(int port, Map<String, ?> more) {
		return connect(port).introduce(more);
	}

	/**
	 * Say who one is as the seed's client does, and read the welcome.
	 * @param more keys that the seed's client does not have in its header
	 * @return this peer, let in
	 */
	public RawPeer introduce(Map<String, ?> more) {
		Map<String, Object> header = new LinkedHashMap<>(Map.of("user", "zed", "ident", "0123", "version", "0.1"));
		header.putAll(more);
		Message welcome = request(header, "");
		if (!welcome.header().flag("allowed")) {
			throw new AssertionError("denied: " + welcome);
		}
		return this;
	}

	public RawPeer send(byte[] bytes) {
		try {
			this.socket.getOutputStream().write(bytes);
			return this;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public RawPeer send(String text) {
		return send(text.getBytes(StandardCharsets.UTF_8));
	}

	public RawPeer send(Map<String, ?> header, Object body) {
		return send(bytes(List.of(header), body));
	}

	/**
	 * Pairs as one piece.
	 * @param headers the header of each
	 * @return the bytes of all pairs, whose bodies are empty
	 */
	public static byte[] bytes(List<? extends Map<String, ?>> headers) {
		return bytes(headers, "");
	}

	private static byte[] bytes(List<? extends Map<String, ?>> headers, Object body) {
		ByteBuf out = Unpooled.buffer();
		for (Map<String, ?> header : headers) {
			Message message = Message.of(Header.of(header), body);
			PairEncoder.encode(message.header(), message.body(), out);
		}
		byte[] bytes = new byte[out.readableBytes()];
		out.readBytes(bytes);
		return bytes;
	}

	/**
	 * Send the end of the stream and go on reading.
	 * @return this peer
	 */
	public RawPeer endOutput() {
		try {
			this.socket.shutdownOutput();
			return this;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The next pair.
	 * @return the pair, or null at the end of the stream
	 */
	public Message read() {
		byte[] buffer = new byte[65536];
		try {
			InputStream in = this.socket.getInputStream();
			while (true) {
				Message message = this.decoder.decode(this.unread);
				if (message != null) {
					return message;
				}
				int length = in.read(buffer);
				if (length < 0) {
					if (this.decoder.isPartial()) {
						throw new AssertionError("the stream ended within a pair");
					}
					return null;
				}
				this.unread.clear().writeBytes(buffer, 0, length);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public Message request(Map<String, ?> header, Object body) {
		return send(header, body).read();
	}

	public Socket socket() {
		return this.socket;
	}

	@Override
	public void close() {
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
