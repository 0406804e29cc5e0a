/**
 * Spring Security, where an application has it: who gets in, and what handlers see of it.
 */
@NullMarked
package io.petrichor.security;

import org.jspecify.annotations.NullMarked;
