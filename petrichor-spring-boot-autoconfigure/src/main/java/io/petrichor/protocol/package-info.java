/**
 * Pairs of a header and a body: what they hold, and their way to and from bytes.
 */
@NullMarked
package io.petrichor.protocol;

import org.jspecify.annotations.NullMarked;
