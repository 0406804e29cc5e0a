package io.petrichor.benchmarks;

import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * The data format beside others, on the same objects.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CodecBenchmark {

	/** What. */
	@Param({ "PAIR", "ORDER", "TREE", "BINARY" })
	public Payload payload;

	/** How. */
	@Param({ "DIRECT", "CHECKED", "BINDING", "JSON", "CBOR", "MSGPACK" })
	public Format format;

	private Format.Codec codec;

	private Object[] values;

	private byte[][] encoded;

	private Class<?> type;

	/**
	 * Make the objects, and see that what is measured works.
	 */
	@Setup
	public void setUp() {
		this.codec = this.format.codec();
		this.values = (this.format.binds()) ? this.payload.bound() : this.payload.trees();
		this.type = this.payload.type();
		this.encoded = new byte[this.values.length][];
		for (int i = 0; i < this.values.length; i++) {
			this.encoded[i] = this.codec.encode(this.values[i]);
			this.codec.decode(this.encoded[i], this.type);
		}
	}

	/**
	 * Objects to bytes.
	 * @param blackhole takes the bytes
	 */
	@Benchmark
	public void encode(Blackhole blackhole) {
		for (Object value : this.values) {
			blackhole.consume(this.codec.encode(value));
		}
	}

	/**
	 * Bytes to objects.
	 * @param blackhole takes the objects
	 */
	@Benchmark
	public void decode(Blackhole blackhole) {
		for (byte[] bytes : this.encoded) {
			blackhole.consume(this.codec.decode(bytes, this.type));
		}
	}

}
