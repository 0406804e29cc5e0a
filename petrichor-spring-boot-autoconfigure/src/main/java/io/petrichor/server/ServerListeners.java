package io.petrichor.server;

import java.util.List;

import io.petrichor.protocol.ErrorCode;

/**
 * Several listeners as one.
 */
final class ServerListeners implements ServerListener {

	private final ServerListener[] listeners;

	ServerListeners(List<ServerListener> listeners) {
		this.listeners = listeners.toArray(new ServerListener[0]);
	}

	@Override
	public void bytesRead(int bytes) {
		for (ServerListener listener : this.listeners) {
			listener.bytesRead(bytes);
		}
	}

	@Override
	public void pairsRead(int pairs, long bytes, int largest) {
		for (ServerListener listener : this.listeners) {
			listener.pairsRead(pairs, bytes, largest);
		}
	}

	@Override
	public void pairsWritten(int pairs, int bytes, int largest) {
		for (ServerListener listener : this.listeners) {
			listener.pairsWritten(pairs, bytes, largest);
		}
	}

	@Override
	public void connectionRejected(RejectReason reason) {
		for (ServerListener listener : this.listeners) {
			listener.connectionRejected(reason);
		}
	}

	@Override
	public void connectionOpened() {
		for (ServerListener listener : this.listeners) {
			listener.connectionOpened();
		}
	}

	@Override
	public void connectionClosed(CloseReason reason) {
		for (ServerListener listener : this.listeners) {
			listener.connectionClosed(reason);
		}
	}

	@Override
	public void handshakeEnded(HandshakeOutcome outcome, long nanos) {
		for (ServerListener listener : this.listeners) {
			listener.handshakeEnded(outcome, nanos);
		}
	}

	@Override
	public void tlsHandshakeEnded(boolean success, long nanos) {
		for (ServerListener listener : this.listeners) {
			listener.tlsHandshakeEnded(success, nanos);
		}
	}

	@Override
	public void protocolError(ErrorCode code) {
		for (ServerListener listener : this.listeners) {
			listener.protocolError(code);
		}
	}

}
