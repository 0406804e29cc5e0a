package io.petrichor.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Two sockets and a thread that sends each byte back: what a round trip costs on this
 * machine at this moment.
 */
final class BareEcho implements AutoCloseable {

	private final Socket socket;

	BareEcho() {
		try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			this.socket = new Socket(listening.getInetAddress(), listening.getLocalPort());
			Socket accepted = listening.accept();
			Thread thread = new Thread(() -> echo(accepted), "bare-echo");
			thread.setDaemon(true);
			thread.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void echo(Socket socket) {
		try (socket) {
			socket.getInputStream().transferTo(socket.getOutputStream());
		}
		catch (IOException ex) {
			// The test is over.
		}
	}

	void roundTrip() {
		try {
			this.socket.getOutputStream().write(1);
			this.socket.getInputStream().read();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
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
