package io.petrichor.benchmarks;

/**
 * What the load does.
 *
 * @param connections how many connections
 * @param depth how many requests are in flight on each
 * @param size the bytes of a body
 */
record Scenario(int connections, int depth, int size) {

	static final Scenario PIPELINED = new Scenario(8, 32, 64);

	static final Scenario ONE_AT_A_TIME = new Scenario(16, 1, 64);

	static final Scenario ALONE = new Scenario(1, 1, 64);

	/** As in {@code 8x32x64}. */
	static Scenario parse(String text) {
		String[] parts = text.split("x");
		return new Scenario(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
	}

	@Override
	public String toString() {
		return this.connections + "×" + this.depth + "×" + this.size;
	}

}
