/**
 * Echo servers of several kinds, each its own process, and one load for all of them.
 */
package io.petrichor.benchmarks;
