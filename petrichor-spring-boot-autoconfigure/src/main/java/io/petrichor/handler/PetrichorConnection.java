package io.petrichor.handler;

import java.net.SocketAddress;
import java.security.Principal;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.petrichor.protocol.Capabilities;
import io.petrichor.protocol.Header;

/**
 * The connection to one peer. May be used from any thread.
 *
 * @since 0.1.0
 */
public interface PetrichorConnection {

	/**
	 * What tells this connection from all others of this process; made here, never taken
	 * from the peer.
	 * @return the id
	 */
	String id();

	/**
	 * The header of the peer's first pair. What it claims is only what it claims.
	 * @return the header
	 */
	Header header();

	/**
	 * The user that the peer named in its first pair.
	 * @return the name, or null if it gave none
	 */
	default @Nullable String user() {
		return header().text("user");
	}

	/**
	 * The ident that the peer gave in its first pair: a label, not an identity.
	 * @return the ident, or null if it gave none
	 */
	default @Nullable String ident() {
		return header().text("ident");
	}

	/**
	 * Who the authenticator says the peer is.
	 * @return the principal, or null for an anonymous peer
	 */
	@Nullable Principal principal();

	/**
	 * What the authenticator says the peer may do.
	 * @return the roles, an unmodifiable set
	 */
	default Set<String> roles() {
		return Set.of();
	}

	/**
	 * What the peer is ready to receive.
	 * @return its capabilities
	 */
	Capabilities capabilities();

	/**
	 * Where the peer is.
	 * @return the remote end of the socket
	 */
	SocketAddress remoteAddress();

	/**
	 * A place for the application's own things, for as long as the connection lives.
	 * @return a concurrent map
	 */
	Map<String, Object> attributes();

	/**
	 * Whether the connection is up.
	 * @return false once it has been closed by either side
	 */
	boolean isOpen();

	/**
	 * Send a request that wants no reply to a peer that takes them, as the {@code push}
	 * and {@code oneway} of its capabilities say. Returns at once, and does nothing once
	 * the connection is gone.
	 * @param to the route
	 * @param body anything that can be the body of a reply
	 * @throws UnsupportedOperationException if the peer takes none
	 * @throws PetrichorException {@code too_big} if it is more than the peer reads
	 * @throws IllegalStateException if the peer does not read what is sent to it
	 */
	default void send(String to, @Nullable Object body) {
		throw new UnsupportedOperationException("Nothing is pushed on this connection");
	}

	/**
	 * Send a request to a peer that takes them, as the {@code push} and {@code re} of its
	 * capabilities say.
	 * @param <T> the type of the reply
	 * @param to the route
	 * @param body anything that can be the body of a reply
	 * @param type what the body of the reply is read as; a stream is read as a list
	 * @return the reply; an error of the peer is a {@link PetrichorException} with its
	 * code, as is a reply that does not come in time; {@code cancelled} if the connection
	 * is gone, as all are when the server has stopped. Sent anew for each subscriber.
	 * @throws UnsupportedOperationException if the peer takes none
	 */
	default <T> Mono<T> request(String to, @Nullable Object body, Class<T> type) {
		throw new UnsupportedOperationException("Nothing is pushed on this connection");
	}

	/**
	 * Close the connection. Requests in flight are cancelled. Returns at once; closing
	 * twice does nothing.
	 */
	void close();

}
