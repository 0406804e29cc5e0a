package io.petrichor.client;

import org.jspecify.annotations.Nullable;

/**
 * A client has another state. Events of one client come in order, on a thread that may
 * block.
 *
 * @param client the name of the client
 * @param state its state from now on
 * @param cause why, if it was no success
 * @since 0.1.0
 */
public record PetrichorClientStateEvent(String client, PetrichorClient.State state, @Nullable Throwable cause) {

}
