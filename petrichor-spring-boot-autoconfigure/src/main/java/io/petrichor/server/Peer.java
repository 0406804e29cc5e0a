package io.petrichor.server;

import java.net.SocketAddress;
import java.security.Principal;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.petrichor.handler.Bodies;
import io.petrichor.handler.PetrichorConnection;
import io.petrichor.protocol.Capabilities;
import io.petrichor.protocol.Header;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.Handshake;
import io.petrichor.tnetstring.TNetstring;

/**
 * The other side of a connection, as handlers and the application see it: who it is, what
 * it takes, and what can be sent to it. Any thread.
 */
final class Peer implements PetrichorConnection {

	private final String id;

	private final Channel channel;

	private final Lifecycle life;

	private final Bodies bodies;

	private final PushedRequests pushed;

	private final Map<String, Object> attributes = new ConcurrentHashMap<>(0);

	private volatile @Nullable Handshake handshake;

	private volatile @Nullable Principal principal;

	private volatile Set<String> roles = Set.of();

	private volatile Capabilities capabilities = Capabilities.NONE;

	Peer(String id, Channel channel, Lifecycle life, Bodies bodies, PushedRequests pushed) {
		this.id = id;
		this.channel = channel;
		this.life = life;
		this.bodies = bodies;
		this.pushed = pushed;
	}

	/** What it claims. */
	void claims(Handshake handshake) {
		this.handshake = handshake;
	}

	/** It is let in. */
	void allowed(Decision.Allowed decision) {
		this.principal = decision.principal();
		this.roles = decision.roles();
		this.capabilities = Capabilities.from(header());
		this.pushed.allow(this.capabilities);
	}

	/** Its first pair, or null if that has not come. */
	@Nullable Handshake handshake() {
		return this.handshake;
	}

	@Override
	public String id() {
		return this.id;
	}

	@Override
	public Header header() {
		Handshake handshake = this.handshake;
		return (handshake != null) ? handshake.header() : Header.EMPTY;
	}

	@Override
	public @Nullable Principal principal() {
		return this.principal;
	}

	@Override
	public Set<String> roles() {
		return this.roles;
	}

	@Override
	public Capabilities capabilities() {
		return this.capabilities;
	}

	@Override
	public SocketAddress remoteAddress() {
		return this.channel.remoteAddress();
	}

	@Override
	public Map<String, Object> attributes() {
		return this.attributes;
	}

	@Override
	public boolean isOpen() {
		return this.channel.isActive();
	}

	@Override
	public void send(String to, @Nullable Object body) {
		this.pushed.send(to, this.bodies.write(body));
	}

	@Override
	public <T> Mono<T> request(String to, @Nullable Object body, Class<T> type) {
		TNetstring encoded = this.bodies.write(body);
		return this.pushed.request(to, encoded).handle((reply, sink) -> {
			@Nullable T value = this.bodies.read(reply, type);
			if (value != null) {
				sink.next(value);
			}
		});
	}

	@Override
	public void close() {
		this.life.close(CloseReason.LOCAL);
	}

}
