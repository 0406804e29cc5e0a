package io.petrichor.client;

import java.net.SocketAddress;
import java.security.Principal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

import io.petrichor.handler.PetrichorConnection;
import io.petrichor.protocol.Capabilities;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

/**
 * A server that has let the client in, as it introduced itself, and as handlers of its
 * requests see it.
 */
final class ServerPeer implements PetrichorConnection {

	private final String id;

	private final Channel channel;

	private final Message welcome;

	private final Capabilities capabilities;

	private final Map<String, Object> attributes = new ConcurrentHashMap<>(0);

	ServerPeer(String id, Channel channel, Message welcome) {
		this.id = id;
		this.channel = channel;
		this.welcome = welcome;
		this.capabilities = Capabilities.from(welcome.header());
	}

	TNetstring welcome() {
		return this.welcome.body();
	}

	@Override
	public String id() {
		return this.id;
	}

	@Override
	public Header header() {
		return this.welcome.header();
	}

	@Override
	public @Nullable Principal principal() {
		return null;
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
	public void close() {
		this.channel.close();
	}

}
