package io.petrichor.testing;

import java.util.concurrent.atomic.AtomicReference;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * That a leak is noticed at all.
 */
class LeakCheckTests {

	@Test
	void whenBufferIsNotReleasedThenTheClassFails() {
		ByteBuf leaked = ByteBufAllocator.DEFAULT.directBuffer();
		try {
			assertThat(failureOf(AnyTests.class)).hasMessageContaining("leaves a buffer behind");
		}
		finally {
			leaked.release();
		}
		assertThat(failureOf(AnyTests.class)).isNull();
	}

	private static Throwable failureOf(Class<?> tests) {
		AtomicReference<Throwable> failure = new AtomicReference<>();
		LauncherFactory.create()
			.execute(LauncherDiscoveryRequestBuilder.request()
				.selectors(DiscoverySelectors.selectClass(tests))
				.configurationParameter(LeakCheck.PATIENCE, "200")
				.build(), new TestExecutionListener() {

					@Override
					public void executionFinished(TestIdentifier test, TestExecutionResult result) {
						result.getThrowable().ifPresent(failure::set);
					}

				});
		return failure.get();
	}

	static class AnyTests {

		@Test
		void passes() {
			assertThat(this).isNotNull();
		}

	}

}
