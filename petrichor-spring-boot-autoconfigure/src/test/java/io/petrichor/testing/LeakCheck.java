package io.petrichor.testing;

import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class that leaves a buffer behind. Registered for all of them.
 */
public final class LeakCheck implements AfterAllCallback {

	/** How many milliseconds buffers may take to be released. */
	static final String PATIENCE = "petrichor.leaks.patience";

	@Override
	public void afterAll(ExtensionContext context) {
		long patience = context.getConfigurationParameter(PATIENCE).map(Long::valueOf).orElse(10_000L);
		try {
			Awaitility.await().atMost(patience, TimeUnit.MILLISECONDS).until(BufferCount::isZero);
		}
		catch (ConditionTimeoutException ex) {
			BufferCount.reset();
			throw new AssertionError(context.getDisplayName() + " leaves a buffer behind", ex);
		}
	}

}
