package io.petrichor.reliability;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * For each limit there is a test that notices if it is not there: it passes, and fails
 * when the limit is off.
 */
@Tag("reliability")
class LimitsMatterTests {

	/** A limit, how to switch it off, and the test that notices. */
	enum Limit {

		CONNECTIONS("max-connections=100000", "ConnectionThreatsTests#row1_"),
		CONNECTIONS_OF_ADDRESS("max-connections-per-address=100000", "ConnectionThreatsTests#row2_"),
		HANDSHAKE_TIME("handshake.timeout=29s", "ConnectionThreatsTests#row3_"),
		HANDSHAKE_SIZE("handshake.max-size=1MB", "ConnectionThreatsTests#row11_"),
		HANDSHAKES("handshake.max-pending=100000", "LimitTests#whenManyHandshakesArePending"),
		HANDSHAKES_OF_ADDRESS("handshake.max-pending-per-address=100000",
				"LimitTests#whenManyHandshakesOfOneAddressArePending"),
		FAILURES("authentication.failures-per-minute=100000", "ConnectionThreatsTests#row6_"),
		PENALTY("authentication.penalty=0s", "ConnectionThreatsTests#row6_"),
		HEADER_SIZE("message.max-header-size=1MB", "LimitTests#whenHeaderIsLarge"),
		BODY_SIZE("message.max-body-size=2MB", "LimitTests#whenBodyIsLarge"),
		DEPTH("message.max-depth=1000", "LimitTests#whenBodyIsDeep"),
		ELEMENTS("message.max-elements=1000000", "LimitTests#whenBodyHasManyValues"),
		NUMBER_LENGTH("message.max-number-length=100000", "LimitTests#whenNumberIsLong"),
		MESSAGE_TIME("message.timeout=1h", "LimitTests#whenPairDoesNotEnd"),
		IDLE_TIME("idle-timeout=1d", "LimitTests#whenPeerIsSilent"),
		IN_FLIGHT("dispatch.max-in-flight=100000", "LimitTests#whenManyRequestsAreInFlight"),
		REQUEST_TIME("dispatch.timeout=1h", "LimitTests#whenHandlerTakesLong"),
		QUEUE("dispatch.queue=100000", "HandOffTests#whenAllThreadsAreBlockedAndTheQueueIsFull"),
		PENDING_OUTPUT("outbound.max-pending=1GB", "LimitTests#whenMuchOutputWaits"),
		WRITE_TIME("outbound.write-timeout=1h", "ConnectionEndTests#whenPeerDoesNotRead"),
		MEMORY("max-buffered=1GB", "MemoryBudgetTests#whenPeersHoldTooMuchTogether"),
		GRACE_PERIOD("shutdown.grace-period=1h", "DrainTests#whenGracePeriodIsOver");

		private final String off;

		private final String test;

		Limit(String off, String test) {
			this.off = "petrichor.server." + off;
			this.test = "io.petrichor.server." + test;
		}

	}

	@ParameterizedTest
	@EnumSource
	void whenLimitIsOffThenItsTestFails(Limit limit) throws Exception {
		assertThat(failureOf(limit.test, "")).as("%s with the limit", limit.test).isNull();
		Throwable failure = failureOf(limit.test, limit.off);
		assertThat(failure).as("%s without the limit", limit.test).isNotNull();
		assertThat(failure).as("it is not the start that fails").isNotInstanceOf(IllegalStateException.class);
		System.out.printf("measured: limit: with %s, %s fails: %s%n", limit.off, limit.test,
				String.valueOf(failure).lines().findFirst().orElse(""));
	}

	/** Whatever its name goes on with. */
	private static Throwable failureOf(String test, String override) throws Exception {
		String type = test.substring(0, test.indexOf('#'));
		String name = test.substring(test.indexOf('#') + 1);
		String method = Arrays.stream(Class.forName(type).getDeclaredMethods())
			.map((candidate) -> candidate.getName())
			.filter((candidate) -> candidate.startsWith(name))
			.findFirst()
			.orElseThrow();
		AtomicReference<Throwable> failure = new AtomicReference<>();
		System.setProperty(TestServer.OVERRIDE, override);
		try {
			LauncherFactory.create()
				.execute(LauncherDiscoveryRequestBuilder.request()
					.selectors(DiscoverySelectors.selectMethod(type, method))
					.build(), new TestExecutionListener() {

						@Override
						public void executionFinished(TestIdentifier id, TestExecutionResult result) {
							result.getThrowable().ifPresent((thrown) -> failure.compareAndSet(null, thrown));
						}

					});
		}
		finally {
			System.clearProperty(TestServer.OVERRIDE);
		}
		return failure.get();
	}

}
