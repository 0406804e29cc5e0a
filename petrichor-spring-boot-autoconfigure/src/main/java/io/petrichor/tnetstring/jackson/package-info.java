/**
 * TNetstrings as a data format of Jackson 3: records, POJOs and trees.
 */
@NullMarked
package io.petrichor.tnetstring.jackson;

import org.jspecify.annotations.NullMarked;
