package io.petrichor.testing;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * Values and pairs as they come over the wire, valid ones and such that were, from a
 * seed: the same seed, the same bytes.
 */
public final class RandomInput {

	private static final String[] LEAVES = { "0:~", "4:true!", "5:false!", "0:,", "1:0#", "2:-1#",
			"19:9223372036854775807#", "20:-9223372036854775809#", "3:1.5^", "5:1e308^", "4:-0.0^", "3:abc,",
			"2:\u00c3\u00a9,", "2:\u00c3(,", "2:+5#", "3:007#", "2:.5^", "0:]", "0:}", "02:ab,", "1:\u0000," };

	private static final String ALPHABET = "0123456789::,#^!~]}[{-+.eaz \u0000\u00ff";

	private final SplittableRandom random;

	public RandomInput(long seed) {
		this.random = new SplittableRandom(seed);
	}

	public int below(int bound) {
		return this.random.nextInt(bound);
	}

	/**
	 * A value, three times of four with something wrong in it.
	 * @return its bytes
	 */
	public byte[] value() {
		StringBuilder value = new StringBuilder(value(4));
		for (int i = this.random.nextInt(4); i > 0 && !value.isEmpty(); i--) {
			mutate(value);
		}
		return bytes(value);
	}

	/**
	 * A few pairs, half the time with something wrong in them.
	 * @return their bytes
	 */
	public byte[] pairs() {
		StringBuilder pairs = new StringBuilder();
		for (int i = this.random.nextInt(4); i >= 0; i--) {
			pairs.append((this.random.nextInt(3) == 0) ? "0:}" : dictionary(1)).append(value(2));
		}
		for (int i = this.random.nextInt(4) - 1; i > 0 && !pairs.isEmpty(); i--) {
			mutate(pairs);
		}
		return bytes(pairs);
	}

	private void mutate(StringBuilder value) {
		int at = this.random.nextInt(value.length());
		char other = ALPHABET.charAt(this.random.nextInt(ALPHABET.length()));
		switch (this.random.nextInt(4)) {
			case 0 -> value.setCharAt(at, other);
			case 1 -> value.insert(at, other);
			case 2 -> value.deleteCharAt(at);
			default -> value.setLength(at);
		}
	}

	private String value(int depth) {
		return switch ((depth == 0) ? 0 : this.random.nextInt(4)) {
			case 0, 1 -> LEAVES[this.random.nextInt(LEAVES.length)];
			case 2 -> dictionary(depth);
			default -> {
				StringBuilder items = new StringBuilder();
				for (int i = this.random.nextInt(4); i > 0; i--) {
					items.append(value(depth - 1));
				}
				yield items.length() + ":" + items + "]";
			}
		};
	}

	private String dictionary(int depth) {
		StringBuilder items = new StringBuilder();
		for (int i = this.random.nextInt(4); i > 0; i--) {
			items.append("1:").append((char) ('a' + this.random.nextInt(8))).append(',').append(value(depth - 1));
		}
		return items.length() + ":" + items + "}";
	}

	private static byte[] bytes(StringBuilder text) {
		return text.toString().getBytes(StandardCharsets.ISO_8859_1);
	}

}
