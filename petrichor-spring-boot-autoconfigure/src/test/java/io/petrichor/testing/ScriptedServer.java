package io.petrichor.testing;

import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ServerSocketFactory;

import io.petrichor.protocol.Message;

import static org.awaitility.Awaitility.await;

/**
 * A server for tests that says to each peer whatever its script says, on a thread for
 * each.
 */
public final class ScriptedServer implements AutoCloseable {

	private final AcceptLoop socket;

	private final Script script;

	private final AtomicInteger accepted = new AtomicInteger();

	private final Set<RawPeer> peers = ConcurrentHashMap.newKeySet();

	private ScriptedServer(ServerSocketFactory sockets, int port, Script script) {
		this.script = script;
		this.socket = new AcceptLoop(sockets, port, this::accept);
		this.socket.start("scripted-server");
	}

	/**
	 * A server that runs the script from the first byte on.
	 * @param script what to do with each peer
	 * @return the server, listening
	 */
	public static ScriptedServer start(Script script) {
		return new ScriptedServer(ServerSocketFactory.getDefault(), 0, script);
	}

	/**
	 * A server as {@link #start}, on a port of the test's choice.
	 * @param port the port
	 * @param script what to do with each peer
	 * @return the server, listening
	 */
	public static ScriptedServer startOn(int port, Script script) {
		// The one that was there before may take a moment to let go of it.
		return await().ignoreException(UncheckedIOException.class)
			.until(() -> new ScriptedServer(ServerSocketFactory.getDefault(), port, script), (server) -> true);
	}

	/**
	 * A server as {@link #start}, over sockets of the test's choice.
	 * @param sockets makes the listening socket
	 * @param script what to do with each peer
	 * @return the server, listening
	 */
	public static ScriptedServer startOver(ServerSocketFactory sockets, Script script) {
		return new ScriptedServer(sockets, 0, script);
	}

	/**
	 * A server as {@link #plain}, over sockets of the test's choice.
	 * @param sockets makes the listening socket
	 * @param script what to do with each peer
	 * @return the server, listening
	 */
	public static ScriptedServer plainOver(ServerSocketFactory sockets, Script script) {
		return new ScriptedServer(sockets, 0, (peer) -> {
			welcome(peer, Map.of());
			script.run(peer);
		});
	}

	/**
	 * A server that lets everybody in as the seed's does, and then runs the script.
	 * @param script what to do with each peer
	 * @return the server, listening
	 */
	public static ScriptedServer plain(Script script) {
		return welcoming(Map.of(), script);
	}

	/**
	 * A server that lets everybody in with more keys in its header, such as {@code can}.
	 * @param more the other keys
	 * @param script what to do with each peer
	 * @return the server, listening
	 */
	public static ScriptedServer welcoming(Map<String, ?> more, Script script) {
		return start((peer) -> {
			welcome(peer, more);
			script.run(peer);
		});
	}

	/**
	 * Read the first pair and let the peer in.
	 * @param peer the peer
	 * @param more more keys of the answer
	 * @return the first pair
	 */
	public static Message welcome(RawPeer peer, Map<String, ?> more) {
		Message identity = peer.read();
		Map<String, Object> header = new LinkedHashMap<>(Map.of("allowed", true, "version", "0.1"));
		header.putAll(more);
		peer.send(header, "WELCOME");
		return identity;
	}

	/**
	 * The script of the seed's server: answer each request with its body.
	 * @param peer the peer
	 */
	public static void echo(RawPeer peer) {
		for (Message request; (request = peer.read()) != null;) {
			peer.send(Map.of(), request.body());
		}
	}

	public int port() {
		return this.socket.port();
	}

	public String address() {
		return "127.0.0.1:" + port();
	}

	/**
	 * How many connections there have been.
	 * @return the number
	 */
	public int accepted() {
		return this.accepted.get();
	}

	private void accept(Socket socket) {
		this.accepted.incrementAndGet();
		AcceptLoop.thread("scripted-peer", () -> run(socket));
	}

	private void run(Socket accepted) {
		try (RawPeer peer = RawPeer.accepted(accepted)) {
			this.peers.add(peer);
			this.script.run(peer);
		}
		catch (Exception ex) {
			// The client is gone, or the script gives up on it.
		}
	}

	/**
	 * Close the sockets without a word, as a kill does.
	 */
	@Override
	public void close() {
		this.socket.close();
		this.peers.forEach(RawPeer::close);
	}

	/**
	 * What to do with a peer. The socket is closed at its end.
	 */
	@FunctionalInterface
	public interface Script {

		void run(RawPeer peer) throws Exception;

	}

}
