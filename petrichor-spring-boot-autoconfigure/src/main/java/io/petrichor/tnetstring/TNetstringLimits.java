package io.petrichor.tnetstring;

/**
 * How much of a value is read or written before it is refused. A receiver's choice, not a
 * matter of validity. All limits are checked before memory is taken.
 *
 * @param maxSize the most bytes of one encoded value, its SIZE and TYPE included
 * @param maxDepth how many lists and dictionaries may be open at once; {@code 0} allows
 * none. Encoding uses the Java stack: more than about 2,000 levels need a larger one
 * @param maxElements the most values inside lists and dictionaries, at all levels
 * together; a dictionary's entry counts two, its key and its value
 * @param maxDigits the most digits of an integer, and the most bytes of a float
 * @param maxKeyLength the most bytes of a dictionary's key
 * @since 0.1.0
 */
public record TNetstringLimits(int maxSize, int maxDepth, int maxElements, int maxDigits, int maxKeyLength) {

	/** 1 MiB of data, 128 levels, 16,384 elements, 1,000 digits, keys of 256 bytes. */
	public static final TNetstringLimits DEFAULTS = new TNetstringLimits((1 << 20) + 16, 128, 16_384, 1_000, 256);

	/** What the format itself can hold, and the default depth. */
	static final TNetstringLimits WIDEST = new TNetstringLimits(Integer.MAX_VALUE, 128, Integer.MAX_VALUE,
			Integer.MAX_VALUE, Integer.MAX_VALUE);

	public TNetstringLimits {
		if (maxSize < 3) {
			throw new IllegalArgumentException("maxSize must be at least 3, the size of an empty value");
		}
		if (maxDepth < 0 || maxElements < 0 || maxDigits < 1 || maxKeyLength < 0) {
			throw new IllegalArgumentException("Limits must not be negative, and maxDigits at least 1");
		}
	}

	/**
	 * These limits with another size.
	 * @param maxSize the most bytes of one encoded value
	 * @return a copy
	 */
	public TNetstringLimits withMaxSize(int maxSize) {
		return new TNetstringLimits(maxSize, this.maxDepth, this.maxElements, this.maxDigits, this.maxKeyLength);
	}

	/**
	 * These limits with another depth.
	 * @param maxDepth how many lists and dictionaries may be open at once
	 * @return a copy
	 */
	public TNetstringLimits withMaxDepth(int maxDepth) {
		return new TNetstringLimits(this.maxSize, maxDepth, this.maxElements, this.maxDigits, this.maxKeyLength);
	}

	/**
	 * These limits with another number of elements.
	 * @param maxElements the most values inside lists and dictionaries
	 * @return a copy
	 */
	public TNetstringLimits withMaxElements(int maxElements) {
		return new TNetstringLimits(this.maxSize, this.maxDepth, maxElements, this.maxDigits, this.maxKeyLength);
	}

	/**
	 * These limits with another length of numbers.
	 * @param maxDigits the most digits of an integer and bytes of a float
	 * @return a copy
	 */
	public TNetstringLimits withMaxDigits(int maxDigits) {
		return new TNetstringLimits(this.maxSize, this.maxDepth, this.maxElements, maxDigits, this.maxKeyLength);
	}

	/**
	 * These limits with another length of keys.
	 * @param maxKeyLength the most bytes of a dictionary's key
	 * @return a copy
	 */
	public TNetstringLimits withMaxKeyLength(int maxKeyLength) {
		return new TNetstringLimits(this.maxSize, this.maxDepth, this.maxElements, this.maxDigits, maxKeyLength);
	}

}
