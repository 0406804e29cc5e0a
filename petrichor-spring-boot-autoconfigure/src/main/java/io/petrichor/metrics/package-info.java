/**
 * Micrometer meters of the server: what peers, connections and requests amount to.
 */
@NullMarked
package io.petrichor.metrics;

import org.jspecify.annotations.NullMarked;
