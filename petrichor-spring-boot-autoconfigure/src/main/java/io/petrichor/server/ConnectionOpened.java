package io.petrichor.server;

import io.petrichor.handler.PetrichorConnection;

/**
 * Application event: a peer was let in. Published on a thread for these events alone, in
 * order, so that a slow listener holds up the events and not the connections.
 *
 * @param connection the connection
 * @since 0.1.0
 */
public record ConnectionOpened(PetrichorConnection connection) {
}
