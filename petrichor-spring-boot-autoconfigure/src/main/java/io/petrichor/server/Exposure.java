package io.petrichor.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Who can reach the address that the server is about to listen on, and whether that is
 * safe. The idea is Redis' protected mode, moved to the start: a network is let in by
 * name only.
 */
final class Exposure {

	private static final Log logger = LogFactory.getLog(Exposure.class);

	private Exposure() {
	}

	/**
	 * Refuse what is open by accident, and say so where it is open on purpose.
	 * @throws UnprotectedServerException if a network could come in and nobody would ask
	 * who it is
	 */
	static void check(SocketAddress address, ServerAccess access) {
		boolean anonymous = access.authenticators().isEmpty();
		if (!(address instanceof InetSocketAddress internet) || isLoopback(internet)) {
			if (anonymous) {
				logger.warn("Everybody on this machine may connect to the Petrichor server: there is no "
						+ "PetrichorAuthenticator. It will not listen on other addresses without one");
			}
			return;
		}
		if (anonymous && !access.allowAnonymous()) {
			throw new UnprotectedServerException(internet);
		}
		if (anonymous) {
			logger.warn("Everybody who can reach %s may connect to the Petrichor server".formatted(internet));
		}
		if (access.tls() == null) {
			logger.warn(("The Petrichor server sends and reads plaintext on %s. To encrypt it, set "
					+ "'petrichor.server.ssl.bundle'")
				.formatted(internet));
		}
	}

	/** A wildcard is none, and neither is a name that cannot be resolved. */
	private static boolean isLoopback(InetSocketAddress address) {
		try {
			InetAddress resolved = address.isUnresolved() ? InetAddress.getByName(address.getHostString())
					: address.getAddress();
			return resolved.isLoopbackAddress();
		}
		catch (UnknownHostException ex) {
			return false;
		}
	}

}
