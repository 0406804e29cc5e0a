/**
 * Micrometer meters of the server and of clients: what peers, connections, requests and
 * calls amount to.
 */
@NullMarked
package io.petrichor.metrics;

import org.jspecify.annotations.NullMarked;
