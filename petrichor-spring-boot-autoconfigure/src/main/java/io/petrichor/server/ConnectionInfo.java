package io.petrichor.server;

import java.net.SocketAddress;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * One connection at one moment, for those who watch over the server.
 *
 * @param id the id, made by the server
 * @param user who the authenticator says the peer is, or what the peer says; null before
 * the handshake and for a peer that gave no name
 * @param remoteAddress where the peer is
 * @param since when it was accepted
 * @param allowed whether the peer has been let in
 * @param inFlight the requests that were read and are not answered
 * @param bytesRead the bytes that came, without those of TLS
 * @param bytesWritten the bytes that went to the socket, without those of TLS
 * @param buffered the bytes held of a pair that has begun and not ended
 * @param pendingOutput the bytes of replies that the socket has not taken
 * @since 0.1.0
 */
public record ConnectionInfo(String id, @Nullable String user, SocketAddress remoteAddress, Instant since,
		boolean allowed, int inFlight, long bytesRead, long bytesWritten, long buffered, long pendingOutput) {

}
