/**
 * The data format: tagged netstrings, their limits, and their way to and from Java
 * values.
 */
@NullMarked
package io.petrichor.tnetstring;

import org.jspecify.annotations.NullMarked;
