package io.petrichor.client;

import org.springframework.util.Assert;

/**
 * Where a server is: a host name or a numeric address, and a port.
 *
 * @param host the host
 * @param port the port
 */
record Address(String host, int port) {

	private static final int DEFAULT_PORT = 7387;

	/** From {@code host:port}, {@code host}, {@code [v6]:port} or {@code [v6]}. */
	static Address parse(String text) {
		String address = text.trim();
		int colon = address.lastIndexOf(':');
		boolean hasPort = colon > address.lastIndexOf(']');
		String host = hasPort ? address.substring(0, colon) : address;
		if (host.startsWith("[") && host.endsWith("]")) {
			host = host.substring(1, host.length() - 1);
		}
		else {
			Assert.isTrue(host.indexOf(':') < 0 && host.indexOf('/') < 0, () -> malformed(text));
		}
		Assert.hasText(host, () -> malformed(text));
		return new Address(host, hasPort ? port(address.substring(colon + 1), text) : DEFAULT_PORT);
	}

	private static int port(String digits, String text) {
		try {
			int port = Integer.parseInt(digits);
			Assert.isTrue(port > 0 && port < 65536, () -> "the port of '" + text + "' is not from 1 to 65535");
			return port;
		}
		catch (NumberFormatException ex) {
			throw new IllegalArgumentException(malformed(text), ex);
		}
	}

	private static String malformed(String text) {
		return "'" + text + "' is not of the form host:port, or [address]:port for an address of IPv6";
	}

	@Override
	public String toString() {
		return this.host + ":" + this.port;
	}

}
