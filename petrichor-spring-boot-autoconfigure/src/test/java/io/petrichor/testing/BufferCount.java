package io.petrichor.testing;

import io.netty.util.LeakPresenceDetector;

/**
 * Counts buffers that are not released, one test class after the other. Netty finds it by
 * the system property {@code io.netty.customResourceLeakDetector}, which the build sets.
 *
 * @param <T> the type of what is counted
 */
public final class BufferCount<T> extends LeakPresenceDetector<T> {

	private static volatile ResourceScope scope = new ResourceScope("tests");

	public BufferCount(Class<?> type, int interval) {
		super(type);
	}

	public BufferCount(Class<?> type, int interval, long ignored) {
		super(type);
	}

	@Override
	protected ResourceScope currentScope() {
		return scope;
	}

	/** Whether all buffers of this test class are released. */
	public static boolean isZero() {
		return !scope.hasOpenResources();
	}

	/** Begin anew; what was counted is nobody's any more. */
	static void reset() {
		scope = new ResourceScope("tests");
	}

}
