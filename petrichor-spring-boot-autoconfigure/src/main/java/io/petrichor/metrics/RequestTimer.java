package io.petrichor.metrics;

/**
 * Times requests of one route with one outcome, a batch at a time.
 */
@FunctionalInterface
interface RequestTimer {

	/**
	 * Add a batch.
	 * @param requests how many
	 * @param nanos the sum of their times
	 * @param longest the longest of these
	 */
	void record(int requests, long nanos, long longest);

}
