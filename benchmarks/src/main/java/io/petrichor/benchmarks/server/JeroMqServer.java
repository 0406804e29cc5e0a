package io.petrichor.benchmarks.server;

import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * JeroMQ: a ROUTER that sends back every message with its sender's identity.
 */
final class JeroMqServer {

	private JeroMqServer() {
	}

	public static void main(String[] args) {
		try (ZContext context = new ZContext()) {
			ZMQ.Socket router = context.createSocket(SocketType.ROUTER);
			router.setHWM(100_000);
			int port = router.bindToRandomPort("tcp://127.0.0.1");
			System.out.println(port);
			while (!Thread.currentThread().isInterrupted()) {
				byte[] identity = router.recv();
				byte[] body = router.recv();
				router.send(identity, ZMQ.SNDMORE);
				router.send(body, 0);
			}
		}
	}

}
