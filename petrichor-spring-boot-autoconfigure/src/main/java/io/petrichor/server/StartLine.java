package io.petrichor.server;

import java.net.InetSocketAddress;
import java.util.stream.Collectors;

import io.petrichor.handler.Dispatcher;

/**
 * Says in one line what a server is that has just begun to listen.
 */
final class StartLine {

	private StartLine() {
	}

	static String of(InetSocketAddress address, ServerAccess access, Dispatcher dispatcher) {
		return "Petrichor server listens on %s port %d, %s, %s, %s, %s".formatted(address.getAddress().getHostAddress(),
				address.getPort(), (access.tls() != null) ? "TLS" : "plaintext", authentication(access),
				routes(dispatcher.registry().routes().size()), dispatcher.executor());
	}

	private static String routes(int number) {
		return (number == 1) ? "1 route" : number + " routes";
	}

	private static String authentication(ServerAccess access) {
		return access.authenticators().isEmpty() ? "anybody gets in"
				: access.authenticators()
					.stream()
					.map((authenticator) -> name(authenticator.getClass()))
					.collect(Collectors.joining(", ", "peers need ", ""));
	}

	/** Lambdas have names that say nothing behind the slash. */
	private static String name(Class<?> type) {
		String name = type.getName();
		name = name
			.substring(name.lastIndexOf('.', name.contains("$$Lambda") ? name.indexOf("$$") : name.length()) + 1);
		int lambda = name.indexOf("$$Lambda");
		return (lambda < 0) ? name : "an authenticator of " + name.substring(0, lambda);
	}

}
