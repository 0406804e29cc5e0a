package io.petrichor.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

import javax.net.ServerSocketFactory;

import org.jspecify.annotations.Nullable;

/**
 * A socket that listens on loopback, and whoever comes there, until it is closed.
 */
final class AcceptLoop implements AutoCloseable {

	private final ServerSocket socket;

	private final Accepted accepted;

	private @Nullable Thread thread;

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
		this.thread = thread(name, this::accept);
	}

	static Thread thread(String name, Runnable work) {
		Thread thread = new Thread(work, name);
		thread.setDaemon(true);
		thread.start();
		return thread;
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

	/**
	 * Let nobody in any more. A thread that waits for somebody may still get one after
	 * the socket was closed, until it has seen that: so it is waited for.
	 */
	@Override
	public void close() {
		try {
			this.socket.close();
			if (this.thread != null) {
				this.thread.join();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
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
