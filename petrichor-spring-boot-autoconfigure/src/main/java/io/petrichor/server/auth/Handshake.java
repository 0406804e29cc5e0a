package io.petrichor.server.auth;

import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.tnetstring.TNetstring;

/**
 * The first pair of a connection, by which its peer asks to be let in. Everything in
 * header and body is a claim; the address and the certificates are not.
 *
 * @param header the header
 * @param body the body
 * @param remoteAddress where the peer is
 * @param peerCertificates the chain that the peer proved to be its own and that the trust
 * store of the SSL bundle vouches for, its own certificate first; empty without one
 * @since 0.1.0
 */
public record Handshake(Header header, TNetstring body, SocketAddress remoteAddress,
		List<X509Certificate> peerCertificates) {

	/**
	 * Create a handshake.
	 * @param header the header
	 * @param body the body
	 * @param remoteAddress where the peer is
	 * @param peerCertificates the verified chain of the peer
	 */
	public Handshake {
		peerCertificates = List.copyOf(peerCertificates);
	}

	/**
	 * The value of a header key if it is text.
	 * @param key the key
	 * @return the text, or null if there is none
	 */
	public @Nullable String header(String key) {
		return this.header.text(key);
	}

	/**
	 * The name that the peer goes by.
	 * @return the header key {@code user}, or null if there is none
	 */
	public @Nullable String user() {
		return header(HeaderKeys.USER);
	}

	/**
	 * Names only: the rest may be secret.
	 */
	@Override
	public String toString() {
		return "Handshake[header=" + this.header.asMap().keySet() + ", remoteAddress=" + this.remoteAddress + "]";
	}

}
