package io.petrichor.testing;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ServerSocketFactory;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a server of a test is closed.
 */
class AcceptLoopTests {

	@Test
	void whenClosedThenNobodyIsLetInAnyMore() throws IOException {
		AtomicInteger accepted = new AtomicInteger();
		for (int i = 0; i < 100; i++) {
			AcceptLoop loop = new AcceptLoop(ServerSocketFactory.getDefault(), 0, (socket) -> {
				accepted.incrementAndGet();
				socket.close();
			});
			loop.start("accept-loop");
			int port = loop.port();
			loop.close();
			knock(port);
		}
		assertThat(accepted).hasValue(0);
	}

	private static void knock(int port) throws IOException {
		try {
			new Socket(InetAddress.getLoopbackAddress(), port).close();
		}
		catch (ConnectException ex) {
			// As it should be, unless somebody else has the port by now.
		}
	}

}
