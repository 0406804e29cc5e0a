package io.petrichor.sample.echo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.Socket;
import java.nio.charset.Charset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.Message;
import io.petrichor.protocol.PairDecoder;
import io.petrichor.protocol.PairEncoder;
import io.petrichor.protocol.PairLimits;

/**
 * Sends each line it reads as a request, and prints the reply.
 */
final class LazyClient {

	private static final String VERSION = "0.1";

	private final Socket socket;

	private final PairDecoder decoder = new PairDecoder(PairLimits.DEFAULTS);

	private final ByteBuf unread = Unpooled.buffer();

	private LazyClient(Socket socket) {
		this.socket = socket;
	}

	static void main(String[] args) throws IOException {
		if (args.length != 3) {
			System.err.println("usage: client HOST PORT USER");
			System.exit(2);
		}
		run(args, System.in, System.out);
	}

	static void run(String[] args, InputStream in, PrintStream out) throws IOException {
		try (Socket socket = new Socket(args[0], Integer.parseInt(args[1]))) {
			new LazyClient(socket).talk(args[2], in, out);
		}
	}

	private void talk(String user, InputStream in, PrintStream out) throws IOException {
		Message welcome = request(Header.of(identity(user)), "");
		if (welcome == null) {
			return;
		}
		boolean denied = Boolean.FALSE.equals(welcome.header().get(HeaderKeys.ALLOWED));
		out.println((denied ? "YOU WERE DENIED " : "CONNECTED ") + welcome.body().value());
		BufferedReader lines = new BufferedReader(new InputStreamReader(in, Charset.defaultCharset()));
		while (!denied) {
			out.print("> ");
			out.flush();
			String line = lines.readLine();
			Message reply = (line != null) ? request(Header.EMPTY, line) : null;
			if (reply == null) {
				return;
			}
			out.println(reply.body().value());
		}
	}

	private static Map<String, Object> identity(String user) {
		Map<String, Object> identity = new LinkedHashMap<>();
		identity.put(HeaderKeys.USER, user);
		identity.put(HeaderKeys.IDENT, UUID.randomUUID().toString().replace("-", ""));
		identity.put(HeaderKeys.VERSION, VERSION);
		return identity;
	}

	/** The reply, or null if the server has closed the connection. */
	private Message request(Header header, String text) throws IOException {
		Message request = Message.of(header, text);
		ByteBuf out = Unpooled.buffer();
		PairEncoder.encode(request.header(), request.body(), out);
		out.readBytes(this.socket.getOutputStream(), out.readableBytes());
		InputStream in = this.socket.getInputStream();
		byte[] buffer = new byte[8192];
		while (true) {
			Message reply = this.decoder.decode(this.unread);
			if (reply != null) {
				return reply;
			}
			int length = in.read(buffer);
			if (length < 0) {
				return null;
			}
			this.unread.clear().writeBytes(buffer, 0, length);
		}
	}

}
