package io.petrichor.server.auth;

import java.net.SocketAddress;

import io.petrichor.protocol.Header;
import io.petrichor.tnetstring.TNetstring;

/**
 * The first pair of a connection, by which its peer asks to be let in. Everything in it
 * is a claim.
 *
 * @param header the header
 * @param body the body
 * @param remoteAddress where the peer is
 * @since 0.1.0
 */
public record Handshake(Header header, TNetstring body, SocketAddress remoteAddress) {

}
