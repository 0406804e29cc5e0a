package io.petrichor.server;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

import io.netty.util.concurrent.EventExecutor;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.Handshake;
import io.petrichor.server.auth.PetrichorAuthenticator;

/**
 * Brings handshakes to the authenticator, off the event loop, and its decisions back.
 * Whatever goes wrong on the way is a denial.
 */
final class Authentication {

	private static final Log logger = LogFactory.getLog(Authentication.class);

	private final @Nullable PetrichorAuthenticator authenticator;

	private final Executor executor;

	Authentication(List<PetrichorAuthenticator> authenticators, Executor executor) {
		this.authenticator = authenticators.isEmpty() ? null : authenticators.get(0);
		this.executor = executor;
	}

	/** Decide, and tell the decision on the event loop. */
	void decide(Handshake handshake, EventExecutor loop, Consumer<Decision> decided) {
		PetrichorAuthenticator authenticator = this.authenticator;
		if (authenticator == null) {
			decided.accept(Decision.allow(null));
			return;
		}
		try {
			this.executor.execute(() -> {
				Decision decision = decide(authenticator, handshake);
				loop.execute(() -> decided.accept(decision));
			});
		}
		catch (RejectedExecutionException ex) {
			decided.accept(Decision.deny());
		}
	}

	private static Decision decide(PetrichorAuthenticator authenticator, Handshake handshake) {
		try {
			@Nullable Decision decision = authenticator.authenticate(handshake);
			return (decision != null) ? decision : Decision.deny();
		}
		catch (Throwable ex) {
			logger.error("The authenticator failed, so a peer was denied", ex);
			return Decision.deny();
		}
	}

}
