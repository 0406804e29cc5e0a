/**
 * A client of the Petrichor protocol: calls over one connection that comes back by
 * itself.
 */
@NullMarked
package io.petrichor.client;

import org.jspecify.annotations.NullMarked;
