/**
 * Annotated bean methods as handlers of requests: how they are found, bound, called and
 * answered for.
 */
@NullMarked
package io.petrichor.handler;

import org.jspecify.annotations.NullMarked;
