package io.petrichor.server;

import java.util.List;

import io.petrichor.protocol.ErrorCode;

/**
 * Several listeners as one.
 */
final class ServerListeners implements ServerListener {

	private final List<ServerListener> listeners;

	ServerListeners(List<ServerListener> listeners) {
		this.listeners = List.copyOf(listeners);
	}

	@Override
	public void bytesRead(int bytes) {
		this.listeners.forEach((listener) -> listener.bytesRead(bytes));
	}

	@Override
	public void pairsRead(int pairs, long bytes, int largest) {
		this.listeners.forEach((listener) -> listener.pairsRead(pairs, bytes, largest));
	}

	@Override
	public void pairsWritten(int pairs, int bytes, int largest) {
		this.listeners.forEach((listener) -> listener.pairsWritten(pairs, bytes, largest));
	}

	@Override
	public void connectionRejected(RejectReason reason) {
		this.listeners.forEach((listener) -> listener.connectionRejected(reason));
	}

	@Override
	public void connectionOpened() {
		this.listeners.forEach(ServerListener::connectionOpened);
	}

	@Override
	public void connectionClosed(CloseReason reason) {
		this.listeners.forEach((listener) -> listener.connectionClosed(reason));
	}

	@Override
	public void handshakeEnded(HandshakeOutcome outcome, long nanos) {
		this.listeners.forEach((listener) -> listener.handshakeEnded(outcome, nanos));
	}

	@Override
	public void tlsHandshakeEnded(boolean success, long nanos) {
		this.listeners.forEach((listener) -> listener.tlsHandshakeEnded(success, nanos));
	}

	@Override
	public void protocolError(ErrorCode code) {
		this.listeners.forEach((listener) -> listener.protocolError(code));
	}

}
