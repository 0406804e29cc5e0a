package io.petrichor.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * The same as {@link CodecBenchmark} for machines that are busy with other things: CPU
 * time of this thread, which others cannot take from it, the least of fifteen rounds. One
 * case a JVM: {@code CodecCpuTime TREE decode DIRECT}.
 */
public final class CodecCpuTime {

	private static final com.sun.management.ThreadMXBean THREADS = (com.sun.management.ThreadMXBean) ManagementFactory
		.getThreadMXBean();

	private static volatile Object sink;

	private final Format.Codec codec;

	private final Object[] values;

	private final byte[][] encoded;

	private final Class<?> type;

	private final boolean encode;

	private CodecCpuTime(Payload payload, boolean encode, Format format) {
		this.codec = format.codec();
		this.values = (format.binds()) ? payload.bound() : payload.trees();
		this.encoded = Arrays.stream(this.values).map(this.codec::encode).toArray(byte[][]::new);
		this.type = payload.type();
		this.encode = encode;
	}

	/**
	 * Measure one case.
	 * @param args payload, {@code encode} or {@code decode}, format
	 */
	public static void main(String[] args) {
		CodecCpuTime task = new CodecCpuTime(Payload.valueOf(args[0]), args[1].equals("encode"),
				Format.valueOf(args[2]));
		long count = 1;
		for (long warm = 0; warm < 1_500_000_000L;) {
			warm += task.run(count);
			count = Math.min(1000, count * 2);
		}
		long rounds = Math.max(1, 40_000_000L * count / task.run(count));
		double[] times = new double[15];
		for (int i = 0; i < times.length; i++) {
			times[i] = task.run(rounds) / (double) rounds;
		}
		long before = THREADS.getCurrentThreadAllocatedBytes();
		task.run(100);
		long bytes = (THREADS.getCurrentThreadAllocatedBytes() - before) / 100;
		System.out.printf("%s %s %s: %.0f ns, %d B%n", args[0], args[1], args[2],
				Arrays.stream(times).min().getAsDouble(), bytes);
	}

	private long run(long count) {
		long start = THREADS.getCurrentThreadCpuTime();
		for (long i = 0; i < count; i++) {
			if (this.encode) {
				for (Object value : this.values) {
					sink = this.codec.encode(value);
				}
			}
			else {
				for (byte[] bytes : this.encoded) {
					sink = this.codec.decode(bytes, this.type);
				}
			}
		}
		return THREADS.getCurrentThreadCpuTime() - start;
	}

}
