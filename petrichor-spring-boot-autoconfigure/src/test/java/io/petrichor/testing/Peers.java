package io.petrichor.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * Many raw peers at once, closed together.
 */
public final class Peers implements AutoCloseable {

	private final List<RawPeer> peers = new ArrayList<>();

	private Peers() {
	}

	/**
	 * Connect without a word.
	 * @param count how many
	 * @param port where the server listens on loopback
	 * @return the peers
	 */
	public static Peers connect(int count, int port) {
		return connect(count, port, "127.0.0.1");
	}

	/**
	 * Connect without a word from an address of the test's choice.
	 * @param count how many
	 * @param port where the server listens on loopback
	 * @param source an address of loopback, such as {@code 127.0.0.2}
	 * @return the peers
	 */
	public static Peers connect(int count, int port, String source) {
		Peers peers = new Peers();
		for (int i = 0; i < count; i++) {
			peers.peers.add(from(source, port));
		}
		return peers;
	}

	/**
	 * Connect one without a word from an address of the test's choice.
	 * @param source an address of loopback
	 * @param port where the server listens on loopback
	 * @return the peer
	 */
	public static RawPeer from(String source, int port) {
		try {
			Socket socket = new Socket();
			socket.bind(new InetSocketAddress(source, 0));
			return RawPeer.over(socket, port);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public List<RawPeer> all() {
		return this.peers;
	}

	@Override
	public void close() {
		this.peers.forEach(RawPeer::close);
	}

}
