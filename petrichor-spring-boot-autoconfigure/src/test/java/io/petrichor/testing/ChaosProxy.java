package io.petrichor.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import javax.net.ServerSocketFactory;

/**
 * A bad network between a client and a server: most of what goes through is as it was,
 * and now and then something happens to it.
 */
public final class ChaosProxy implements AutoCloseable {

	/** What may happen to some bytes on their way. */
	public enum Fault {

		/** They come up to 20 ms later. */
		DELAY,
		/** They come one by one. */
		SPLIT,
		/** They come at 100 KB a second. */
		THROTTLE,
		/** They never come, and the connection is reset. */
		RESET,
		/** They are the last that come in this direction. */
		HALF_CLOSE,
		/** They and all that follow vanish, and nobody is told. */
		BLACK_HOLE

	}

	private final AcceptLoop socket;

	private final int target;

	private final int oneIn;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private final Map<Fault, AtomicLong> faults = new ConcurrentHashMap<>();

	private final SplittableRandom seeds;

	private volatile boolean calm;

	/**
	 * A proxy before a server.
	 * @param target the port of the server on loopback
	 * @param oneIn how many reads there are for each fault
	 * @param seed decides what happens
	 */
	public ChaosProxy(int target, int oneIn, long seed) {
		this.target = target;
		this.oneIn = oneIn;
		this.seeds = new SplittableRandom(seed);
		for (Fault fault : Fault.values()) {
			this.faults.put(fault, new AtomicLong());
		}
		this.socket = new AcceptLoop(ServerSocketFactory.getDefault(), 0, this::accept);
		this.socket.start("chaos");
	}

	public int port() {
		return this.socket.port();
	}

	/** How often each fault has happened. */
	public Map<Fault, AtomicLong> faults() {
		return this.faults;
	}

	public long count() {
		return this.faults.values().stream().mapToLong(AtomicLong::get).sum();
	}

	/** From now on nothing happens. */
	public void calm() {
		this.calm = true;
	}

	private void accept(Socket client) throws IOException {
		Socket server = new Socket();
		this.sockets.add(client);
		this.sockets.add(server);
		server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.target));
		SplittableRandom there = this.seeds.split();
		SplittableRandom back = this.seeds.split();
		AcceptLoop.thread("chaos", () -> pass(client, server, there));
		AcceptLoop.thread("chaos", () -> pass(server, client, back));
	}

	private void pass(Socket from, Socket to, SplittableRandom random) {
		byte[] bytes = new byte[16 * 1024];
		boolean vanish = false;
		try {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			for (int length; (length = in.read(bytes)) >= 0;) {
				Fault fault = (this.calm || random.nextInt(this.oneIn) > 0) ? null
						: Fault.values()[random.nextInt(Fault.values().length)];
				if (fault != null) {
					this.faults.get(fault).incrementAndGet();
				}
				vanish |= fault == Fault.BLACK_HOLE;
				if (vanish) {
					continue;
				}
				if (fault == Fault.RESET) {
					from.setSoLinger(true, 0);
					to.setSoLinger(true, 0);
					break;
				}
				if (fault == Fault.DELAY) {
					LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(20)));
				}
				if (fault == Fault.THROTTLE) {
					LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(10L * length));
				}
				if (fault == Fault.SPLIT) {
					for (int i = 0; i < Math.min(length, 1000); i++) {
						out.write(bytes, i, 1);
					}
					out.write(bytes, Math.min(length, 1000), length - Math.min(length, 1000));
				}
				else {
					out.write(bytes, 0, length);
				}
				if (fault == Fault.HALF_CLOSE) {
					to.shutdownOutput();
					return;
				}
			}
		}
		catch (IOException ex) {
			// One of them is gone, so the other goes too.
		}
		close(from);
		close(to);
	}

	private void close(Socket socket) {
		this.sockets.remove(socket);
		try {
			socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.socket.close();
		this.sockets.forEach(this::close);
	}

}
