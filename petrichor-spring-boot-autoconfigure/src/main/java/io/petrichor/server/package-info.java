/**
 * The server: its socket, its connections and their limits, and its end.
 */
@NullMarked
package io.petrichor.server;

import org.jspecify.annotations.NullMarked;
