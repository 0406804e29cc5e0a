package io.petrichor.reliability;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.petrichor.testing.Authority;
import io.petrichor.testing.Canary;
import io.petrichor.testing.RawPeer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a connection costs that does nothing.
 */
class IdleConnectionsTests {

	private static final int CONNECTIONS = Integer.getInteger("reliability.idle", 10_000);

	private static final int TLS_CONNECTIONS = Integer.getInteger("reliability.idle.tls", 2_000);

	private static final String WELCOME = "}7:WELCOME,";

	@Test
	void whenManyPeersAreIdleThenEachCosts5KilobytesOfHeapAtTheMost() throws IOException {
		List<SocketChannel> peers = new ArrayList<>();
		try (ServerProcess server = ServerProcess.start(List.of("-Xmx256m"), "max-connections=15000",
				"max-connections-per-address=15000", "handshake.max-pending=2000",
				"handshake.max-pending-per-address=2000")) {
			try {
				// What is made once, for the first of them.
				connect(server.port(), 200, peers);
				long before = server.stats().of("heap");
				try (Canary canary = Canary.watch(server.port())) {
					connect(server.port(), CONNECTIONS, peers);
					canary.assertWell();
				}
				ServerProcess.Stats stats = server.stats();
				long each = (stats.of("heap") - before) / CONNECTIONS;
				assertThat(stats.of("connections")).isGreaterThanOrEqualTo(CONNECTIONS);
				assertThat(each).isLessThanOrEqualTo(5 * 1024);
				System.out.printf("measured: idle: %d authenticated connections, %d bytes of heap each, %d threads%n",
						CONNECTIONS, each, stats.of("threads"));
			}
			finally {
				for (SocketChannel peer : peers) {
					peer.close();
				}
			}
			// The one who asks.
			await().untilAsserted(() -> assertThat(server.stats().of("connections")).isLessThanOrEqualTo(1));
		}
	}

	@Test
	@Tag("reliability")
	void whenManyPeersAreIdleOverTlsThenEachCosts40KilobytesOfHeapAtTheMost(@TempDir Path folder) throws Exception {
		Authority authority = new Authority(folder);
		List<RawPeer> peers = new ArrayList<>();
		try (ServerProcess server = ServerProcess.startOverTls(authority, List.of("-Xmx256m"),
				"max-connections-per-address=15000")) {
			try {
				connect(authority, server.port(), 200, peers);
				long before = server.stats(authority.connect(server.port())).of("heap");
				try (Canary canary = Canary.over(authority.connect(server.port()), Map.of())) {
					connect(authority, server.port(), TLS_CONNECTIONS, peers);
					canary.assertWell();
				}
				ServerProcess.Stats stats = server.stats(authority.connect(server.port()));
				long each = (stats.of("heap") - before) / TLS_CONNECTIONS;
				assertThat(stats.of("connections")).isGreaterThanOrEqualTo(TLS_CONNECTIONS);
				assertThat(each).isLessThanOrEqualTo(40 * 1024);
				System.out.printf(
						"measured: idle: %d authenticated connections with TLS, %d bytes of heap each, %d threads%n",
						TLS_CONNECTIONS, each, stats.of("threads"));
			}
			finally {
				peers.forEach(RawPeer::close);
			}
			await().untilAsserted(() -> assertThat(server.stats(authority.connect(server.port())).of("connections"))
				.isLessThanOrEqualTo(1));
		}
	}

	private static void connect(Authority authority, int port, int count, List<RawPeer> peers) throws Exception {
		for (int i = 0; i < count; i++) {
			RawPeer peer = authority.connect(port);
			peers.add(peer);
			peer.introduce(Map.of());
		}
	}

	private static void connect(int port, int count, List<SocketChannel> peers) throws IOException {
		ByteBuffer hello = ByteBuffer.wrap("13:4:user,3:zed,}0:,".getBytes(StandardCharsets.US_ASCII));
		ByteBuffer welcome = ByteBuffer.allocate(1024);
		for (int i = 0; i < count; i++) {
			SocketChannel peer = SocketChannel.open();
			peers.add(peer);
			peer.bind(new InetSocketAddress("127.0.1." + (1 + i % 8), 0));
			peer.connect(new InetSocketAddress("127.0.0.1", port));
			peer.write(hello.rewind());
			welcome.clear();
			while (!new String(welcome.array(), 0, welcome.position(), StandardCharsets.US_ASCII).endsWith(WELCOME)) {
				assertThat(peer.read(welcome)).as("bytes of welcome %d", i).isPositive();
			}
		}
	}

}
