package io.petrichor.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

import javax.net.ServerSocketFactory;

/**
 * A socket that listens on loopback, and whoever comes there, until it is closed.
 */
final class AcceptLoop implements AutoCloseable {

	private final ServerSocket socket;

	private final Accepted accepted;

	/**
	 * Listen.
	 * @param sockets makes the listening socket
	 * @param port the port, 0 for any
	 * @param accepted told of each socket, one after the other
	 */
	AcceptLoop(ServerSocketFactory sockets, int port, Accepted accepted) {
		this.accepted = accepted;
		try {
			this.socket = sockets.createServerSocket();
			this.socket.setReuseAddress(true);
			this.socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 512);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Begin to accept; of its owner, all that {@link Accepted} needs is there by now. */
	void start(String name) {
		thread(name, this::accept);
	}

	static void thread(String name, Runnable work) {
		Thread thread = new Thread(work, name);
		thread.setDaemon(true);
		thread.start();
	}

	int port() {
		return this.socket.getLocalPort();
	}

	private void accept() {
		try {
			while (true) {
				this.accepted.accept(this.socket.accept());
			}
		}
		catch (IOException ex) {
			// Closed.
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

	/**
	 * Takes a socket; if it fails, no more are accepted.
	 */
	@FunctionalInterface
	interface Accepted {

		void accept(Socket socket) throws IOException;

	}

}
