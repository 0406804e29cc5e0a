/**
 * Whether server and clients are well, for those who send traffic to the application.
 */
@NullMarked
package io.petrichor.health;

import org.jspecify.annotations.NullMarked;
