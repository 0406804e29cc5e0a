package io.petrichor.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What was measured.
 *
 * @param rate messages a second
 * @param cpu microseconds of CPU of the server's process for a message
 * @param p50 microseconds from request to reply, median
 * @param p99 the same, 99th percentile
 * @param p999 the same, 99.9th percentile
 */
record Result(double rate, double cpu, double p50, double p99, double p999) {

	Result best(Result other) {
		return new Result(Math.max(this.rate, other.rate), Math.min(this.cpu, other.cpu), Math.min(this.p50, other.p50),
				Math.min(this.p99, other.p99), Math.min(this.p999, other.p999));
	}

	static Result best(List<Result> looks) {
		return looks.stream().reduce(Result::best).orElseThrow();
	}

	/**
	 * A figure of one server as a multiple of that of another: the median of what the
	 * looks that were taken one after the other say.
	 */
	static double ratio(List<Result> looks, List<Result> others, ToDoubleFunction<Result> figure) {
		double[] ratios = IntStream.range(0, looks.size())
			.mapToDouble((i) -> figure.applyAsDouble(looks.get(i)) / figure.applyAsDouble(others.get(i)))
			.sorted()
			.toArray();
		int middle = ratios.length / 2;
		return (ratios.length % 2 == 1) ? ratios[middle] : (ratios[middle - 1] + ratios[middle]) / 2;
	}

	@Override
	public String toString() {
		return String.format(Locale.ROOT, "%,12.0f msg/s  cpu %8.3f µs  p50 %9.1f  p99 %9.1f  p99.9 %9.1f µs",
				this.rate, this.cpu, this.p50, this.p99, this.p999);
	}

}
