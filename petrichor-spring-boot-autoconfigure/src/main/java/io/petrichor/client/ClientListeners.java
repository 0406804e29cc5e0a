package io.petrichor.client;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.petrichor.handler.Outcome;

/**
 * Several listeners as one.
 */
final class ClientListeners implements ClientListener {

	private final ClientListener[] listeners;

	ClientListeners(List<ClientListener> listeners) {
		this.listeners = listeners.toArray(new ClientListener[0]);
	}

	@Override
	public void bytesRead(int bytes) {
		for (ClientListener listener : this.listeners) {
			listener.bytesRead(bytes);
		}
	}

	@Override
	public void pairsRead(int pairs, long bytes, int largest) {
		for (ClientListener listener : this.listeners) {
			listener.pairsRead(pairs, bytes, largest);
		}
	}

	@Override
	public void pairsWritten(int pairs, int bytes, int largest) {
		for (ClientListener listener : this.listeners) {
			listener.pairsWritten(pairs, bytes, largest);
		}
	}

	@Override
	public void callsEnded(String route, Outcome outcome, int calls, long nanos, long longest) {
		for (ClientListener listener : this.listeners) {
			listener.callsEnded(route, outcome, calls, nanos, longest);
		}
	}

	@Override
	public void callResent() {
		for (ClientListener listener : this.listeners) {
			listener.callResent();
		}
	}

	@Override
	public void connectionOpened() {
		for (ClientListener listener : this.listeners) {
			listener.connectionOpened();
		}
	}

	@Override
	public void connectionClosed(DisconnectReason reason) {
		for (ClientListener listener : this.listeners) {
			listener.connectionClosed(reason);
		}
	}

	@Override
	public void connectFailed() {
		for (ClientListener listener : this.listeners) {
			listener.connectFailed();
		}
	}

	@Override
	public void handshakeEnded(@Nullable DisconnectReason failure, long nanos) {
		for (ClientListener listener : this.listeners) {
			listener.handshakeEnded(failure, nanos);
		}
	}

	@Override
	public void reconnected() {
		for (ClientListener listener : this.listeners) {
			listener.reconnected();
		}
	}

}
