package io.petrichor.server;

import java.time.Duration;

/**
 * How many may come, before anything is read from them. One object, fixed at start-up.
 *
 * @param maxConnections the most connections at once
 * @param maxConnectionsPerAddress the most of them from one address; a network of 64 bits
 * counts as one address of IPv6
 * @param maxPending the most connections that have not been allowed yet; from half of it
 * on, newcomers are turned away by chance, the more the fuller it is
 * @param maxPendingPerAddress the most of them from one address
 * @param failuresPerMinute how often peers of one address may be denied in a minute
 * @param penalty how long an address that was denied more often is turned away, zero for
 * not at all
 * @since 0.1.0
 */
public record AdmissionLimits(int maxConnections, int maxConnectionsPerAddress, int maxPending,
		int maxPendingPerAddress, int failuresPerMinute, Duration penalty) {

}
