package io.petrichor.testing;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

import javax.net.ServerSocketFactory;

/**
 * A socket that counts its bytes.
 */
public final class CountingSocket extends Socket {

	private final Counts counts;

	/**
	 * Create a socket that is not connected.
	 * @param counts where to count
	 */
	public CountingSocket(Counts counts) {
		this.counts = counts;
	}

	@Override
	public InputStream getInputStream() throws IOException {
		return new FilterInputStream(super.getInputStream()) {

			@Override
			public int read(byte[] buffer, int offset, int length) throws IOException {
				int count = super.read(buffer, offset, length);
				CountingSocket.this.counts.received.addAndGet(Math.max(0, count));
				return count;
			}

		};
	}

	@Override
	public OutputStream getOutputStream() throws IOException {
		return new FilterOutputStream(super.getOutputStream()) {

			@Override
			public void write(byte[] buffer, int offset, int length) throws IOException {
				this.out.write(buffer, offset, length);
				CountingSocket.this.counts.sent.addAndGet(length);
			}

		};
	}

	/**
	 * Listening sockets whose accepted ones count.
	 * @param counts where to count
	 * @return the factory
	 */
	public static ServerSocketFactory accepting(Counts counts) {
		return new ServerSocketFactory() {

			@Override
			public ServerSocket createServerSocket() throws IOException {
				return new ServerSocket() {

					@Override
					public Socket accept() throws IOException {
						Socket accepted = new CountingSocket(counts);
						implAccept(accepted);
						return accepted;
					}

				};
			}

			@Override
			public ServerSocket createServerSocket(int port) {
				throw new UnsupportedOperationException();
			}

			@Override
			public ServerSocket createServerSocket(int port, int backlog) {
				throw new UnsupportedOperationException();
			}

			@Override
			public ServerSocket createServerSocket(int port, int backlog, InetAddress address) {
				throw new UnsupportedOperationException();
			}

		};
	}

	/**
	 * The bytes of any number of sockets.
	 */
	public static final class Counts {

		private final AtomicLong sent = new AtomicLong();

		private final AtomicLong received = new AtomicLong();

		public long sent() {
			return this.sent.get();
		}

		public long received() {
			return this.received.get();
		}

	}

}
