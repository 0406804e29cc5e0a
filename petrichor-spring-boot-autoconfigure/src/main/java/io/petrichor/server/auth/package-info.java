/**
 * Who is let in: the handshake, and who decides on it.
 */
@NullMarked
package io.petrichor.server.auth;

import org.jspecify.annotations.NullMarked;
