package io.petrichor.server;

import io.petrichor.handler.PetrichorConnection;

/**
 * Application event: the connection of a peer that had been let in is gone. Comes after
 * its {@link ConnectionOpened}, on the same thread.
 *
 * @param connection the connection
 * @param reason why it is gone
 * @since 0.1.0
 */
public record ConnectionClosed(PetrichorConnection connection, CloseReason reason) {
}
