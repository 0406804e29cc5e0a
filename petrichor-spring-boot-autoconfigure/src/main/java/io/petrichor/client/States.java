package io.petrichor.client;

import java.net.SocketAddress;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

import io.petrichor.client.PetrichorClient.Connection;
import io.petrichor.client.PetrichorClient.State;
import io.petrichor.protocol.Capabilities;

/**
 * What the world sees of a client's state: its latest, and each change as an event. The
 * listener is called in order, and not on the event loop, so it may block.
 */
final class States {

	private static final Log logger = LogFactory.getLog(States.class);

	private final String client;

	private final Sinks.@Nullable Many<PetrichorClientStateEvent> events;

	private volatile Connection latest = new Connection(State.IDLE, null, null, Capabilities.NONE, null, null, 0, 0);

	States(String client, @Nullable Consumer<PetrichorClientStateEvent> listener) {
		this.client = client;
		this.events = (listener != null) ? Sinks.many().unicast().onBackpressureBuffer() : null;
		if (this.events != null && listener != null) {
			this.events.asFlux().publishOn(Schedulers.boundedElastic()).subscribe((event) -> tell(listener, event));
		}
	}

	private static void tell(Consumer<PetrichorClientStateEvent> listener, PetrichorClientStateEvent event) {
		try {
			listener.accept(event);
		}
		catch (RuntimeException ex) {
			logger.error("The listener of Petrichor client '%s' failed".formatted(event.client()), ex);
		}
	}

	Connection latest() {
		return this.latest;
	}

	/** On the event loop only. */
	void changed(State state, @Nullable ServerPeer server, @Nullable Throwable cause) {
		if (server != null && state == State.CONNECTED) {
			SocketAddress address = server.remoteAddress();
			this.latest = new Connection(state, server.header(), server.welcome(), server.capabilities(), address, null,
					0, 0);
		}
		else {
			Connection last = this.latest;
			Throwable failure = (cause != null || state == State.CLOSED) ? cause : last.failure();
			this.latest = new Connection(state, last.header(), last.welcome(), last.capabilities(), last.address(),
					failure, 0, 0);
		}
		if (this.events != null) {
			this.events.tryEmitNext(new PetrichorClientStateEvent(this.client, state, cause));
			if (state == State.CLOSED) {
				this.events.tryEmitComplete();
			}
		}
	}

}
