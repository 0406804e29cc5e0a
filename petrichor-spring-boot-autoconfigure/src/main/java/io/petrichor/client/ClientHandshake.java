package io.petrichor.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.Header;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

/**
 * A connect to one server: the identity is sent when there is a socket, and the first
 * pair of the server decides whether it becomes a connection. Event loop only.
 */
final class ClientHandshake implements PairReceiver {

	private final Connector connector;

	private final Session session;

	private final ClientSettings settings;

	private final DeadlineTimer timer;

	private final Header identity;

	private final ClientListener listener;

	private final PairChannel channel;

	private final long begun = System.nanoTime();

	private @Nullable PairWriter writer;

	/** It has led to a connection, or never will. */
	private boolean over;

	ClientHandshake(Connector connector, Session session, ClientSettings settings, DeadlineTimer timer, String id,
			Header identity) {
		this.connector = connector;
		this.session = session;
		this.settings = settings;
		this.timer = timer;
		this.identity = identity;
		this.listener = session.listener();
		this.channel = new PairChannel(id, settings, this.listener, timer, this);
	}

	/** What has to be in the pipeline of the socket. */
	PairChannel channel() {
		return this.channel;
	}

	@Override
	public void opened(PairWriter writer) {
		this.writer = writer;
		writer.write(this.identity, TNetstring.EMPTY);
		writer.flush();
		this.channel.socket().eventLoop().schedule(() -> {
			if (!this.over) {
				close(DisconnectReason.HANDSHAKE_TIMEOUT,
						new PetrichorConnectionException("no answer to the handshake within %d ms"
							.formatted(this.settings.handshakeTimeout().toMillis()), false, null));
			}
		}, this.settings.handshakeTimeout().toNanos(), TimeUnit.NANOSECONDS);
	}

	@Override
	public void received(Message message) {
		PairWriter writer = this.writer;
		if (Welcome.isDenial(message.header())) {
			close(DisconnectReason.DENIED, Welcome.denial(message));
		}
		else if (writer != null) {
			this.over = true;
			ServerPeer server = new ServerPeer(this.channel.id(), this.channel.socket(), message);
			ClientConnection connection = new ClientConnection(this.session, this.settings, this.timer, this.channel,
					writer, server);
			this.channel.receiver(connection);
			this.channel.reader().limits(this.settings.limits());
			this.listener.handshakeEnded(null, System.nanoTime() - this.begun);
			this.session.opened(connection);
		}
	}

	@Override
	public void readComplete() {
		this.channel.readOn();
	}

	/** Give up; done when the socket is closed. */
	CompletableFuture<@Nullable Void> finish() {
		CompletableFuture<@Nullable Void> closed = this.channel.closed();
		close(DisconnectReason.LOCAL, new PetrichorConnectionException("the client was closed", false, null));
		return closed;
	}

	@Override
	public void close(DisconnectReason reason, PetrichorClientException cause) {
		if (!this.over) {
			this.over = true;
			if (this.channel.wasOpened()) {
				this.listener.handshakeEnded(reason, System.nanoTime() - this.begun);
			}
			else if (reason != DisconnectReason.LOCAL) {
				this.listener.connectFailed();
			}
			this.channel.end(reason);
			this.connector.failed(this, cause);
		}
		this.channel.close();
	}

}
