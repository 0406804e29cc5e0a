/**
 * A look into a running server through Spring Boot's actuator.
 */
@NullMarked
package io.petrichor.actuate;

import org.jspecify.annotations.NullMarked;
