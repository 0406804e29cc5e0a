/**
 * What the log says of connections and requests.
 */
@NullMarked
package io.petrichor.logging;

import org.jspecify.annotations.NullMarked;
