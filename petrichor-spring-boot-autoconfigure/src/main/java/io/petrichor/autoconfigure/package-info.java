/**
 * Auto-configuration of the server and the client, and their properties.
 */
@NullMarked
package io.petrichor.autoconfigure;

import org.jspecify.annotations.NullMarked;
