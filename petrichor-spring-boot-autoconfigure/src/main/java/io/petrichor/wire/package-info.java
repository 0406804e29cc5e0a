/**
 * What goes over connections as readable text, for logs.
 */
@NullMarked
package io.petrichor.wire;

import org.jspecify.annotations.NullMarked;
