/**
 * Observations of requests and calls, from which Micrometer makes spans and timers.
 */
@NullMarked
package io.petrichor.observation;

import org.jspecify.annotations.NullMarked;
