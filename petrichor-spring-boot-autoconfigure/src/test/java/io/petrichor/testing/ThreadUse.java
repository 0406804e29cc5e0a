package io.petrichor.testing;

import java.lang.management.ManagementFactory;
import java.util.function.ToLongBiFunction;

import com.sun.management.ThreadMXBean;

/**
 * What threads use of a machine.
 */
public final class ThreadUse {

	private ThreadUse() {
	}

	/**
	 * The bytes that threads have allocated so far.
	 * @param name what their names begin with
	 * @return the bytes of all of them together
	 */
	public static long allocated(String name) {
		return sum(name, (threads, thread) -> threads.getThreadAllocatedBytes(thread.getId()));
	}

	/**
	 * The time that threads have run so far.
	 * @param name what their names begin with
	 * @return nanoseconds of all of them together
	 */
	public static long cpu(String name) {
		return sum(name, (threads, thread) -> threads.getThreadCpuTime(thread.getId()));
	}

	private static long sum(String name, ToLongBiFunction<ThreadMXBean, Thread> value) {
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith(name))
			.mapToLong((thread) -> value.applyAsLong(threads, thread))
			.sum();
	}

	/**
	 * What is in use on the heap and cannot be collected.
	 * @return the bytes
	 */
	public static long heap() {
		System.gc();
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

}
