/**
 * Whether the server is well, for those who send traffic to it.
 */
@NullMarked
package io.petrichor.health;

import org.jspecify.annotations.NullMarked;
