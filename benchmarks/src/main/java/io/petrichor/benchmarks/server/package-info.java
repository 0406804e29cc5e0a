/**
 * Echo servers. Each is a process: its first line of output is its port.
 */
package io.petrichor.benchmarks.server;
