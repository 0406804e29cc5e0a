package io.petrichor.server;

import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The time from one start of the server to the stop that belongs to it: its socket, its
 * event loops and other threads, the connections it accepted, and a thread that keeps the
 * JVM alive meanwhile.
 */
final class Listening {

	/** How long the event loops may take to end once no connection is left. */
	private static final long LOOPS_END_MILLIS = 2000;

	private final EventLoopGroup loops;

	private final Authentication authentication;

	/**
	 * What TLS handshakes compute, milliseconds each. Its queue is as long as handshakes
	 * may be pending.
	 */
	private final ExecutorService tlsThreads = new WorkThreads("petrichor-tls-",
			Runtime.getRuntime().availableProcessors(), 10);

	private final Set<ServerConnection> connections = ConcurrentHashMap.newKeySet();

	private final CountDownLatch ended = new CountDownLatch(1);

	private volatile @Nullable Channel socket;

	private volatile boolean draining;

	private volatile boolean ending;

	Listening(EventLoopGroup loops, Authentication authentication) {
		this.loops = loops;
		this.authentication = authentication;
	}

	/** The socket could not be bound. */
	void abort() {
		this.authentication.close();
		this.tlsThreads.shutdownNow();
		endLoops();
	}

	/** The socket is bound. */
	void begin(Channel socket) {
		this.socket = socket;
		Thread await = new Thread(this::await, "petrichor-server");
		await.setDaemon(false);
		await.start();
	}

	Channel socket() {
		Channel socket = this.socket;
		if (socket == null) {
			throw new IllegalStateException("not bound");
		}
		return socket;
	}

	int port() {
		return address().getPort();
	}

	InetSocketAddress address() {
		return (InetSocketAddress) socket().localAddress();
	}

	Authentication authentication() {
		return this.authentication;
	}

	Executor tlsThreads() {
		return this.tlsThreads;
	}

	Set<ServerConnection> connections() {
		return this.connections;
	}

	void opened(ServerConnection connection) {
		this.connections.add(connection);
		if (this.ending) {
			// Its event loop may end before it comes to anything else.
			connection.close(CloseReason.SHUTDOWN);
		}
		else if (this.draining) {
			connection.drain();
		}
	}

	void closed(ServerConnection connection) {
		this.connections.remove(connection);
	}

	/** Every connection that is there, or still comes, says goodbye. */
	void drain() {
		this.draining = true;
		this.connections.forEach(ServerConnection::drain);
	}

	/**
	 * Whether no connection is left, nor one that was just coming: from now on they are
	 * closed as they come.
	 */
	boolean isDrained() {
		if (!this.connections.isEmpty()) {
			return false;
		}
		this.ending = true;
		return this.connections.isEmpty();
	}

	/** No connection is left. */
	void end(Runnable afterwards) {
		endLoops().addListener((loopsEnded) -> {
			this.authentication.close();
			this.tlsThreads.shutdownNow();
			this.ended.countDown();
			afterwards.run();
		});
	}

	private Future<?> endLoops() {
		return this.loops.shutdownGracefully(0, LOOPS_END_MILLIS, TimeUnit.MILLISECONDS);
	}

	private void await() {
		try {
			this.ended.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
