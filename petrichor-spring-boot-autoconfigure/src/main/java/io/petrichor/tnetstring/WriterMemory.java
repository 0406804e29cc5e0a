package io.petrichor.tnetstring;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * The arrays a writer works in, used again by the next one. A few are kept, in places
 * that threads find by their id without waiting: more than thread-locals would do for
 * virtual threads, and bounded.
 */
final class WriterMemory {

	private static final int PLACES = 16;

	private static final int SMALLEST_DATA = 512;

	private static final int SMALLEST_HEADS = 48;

	private static final int MAX_KEPT_DATA = 128 * 1024;

	private static final int MAX_KEPT_HEADS = 8 * 1024;

	private static final int KNOWN_KEYS = 256;

	private static final AtomicReferenceArray<@Nullable WriterMemory> KEPT = new AtomicReferenceArray<>(PLACES);

	byte[] data = new byte[SMALLEST_DATA];

	/**
	 * Of each container that is open or whose SIZE is noted: where its room for SIZE
	 * begins and ends, and SIZE, or the head bytes before it.
	 */
	int[] heads = new int[SMALLEST_HEADS];

	/** Of each depth: the open container's place in the heads, and how long a SIZE is. */
	int[] open = new int[32];

	/** Keys written before. */
	private final @Nullable EncodedKey[] keys = new @Nullable EncodedKey[KNOWN_KEYS];

	private WriterMemory() {
	}

	static WriterMemory take() {
		WriterMemory memory = KEPT.getAndSet(place(), null);
		return (memory != null) ? memory : new WriterMemory();
	}

	/** To be used again, without what is too large for that. */
	void give() {
		if (this.data.length > MAX_KEPT_DATA) {
			this.data = new byte[SMALLEST_DATA];
		}
		if (this.heads.length > MAX_KEPT_HEADS) {
			this.heads = new int[SMALLEST_HEADS];
		}
		KEPT.lazySet(place(), this);
	}

	/** The encoded form of a key, if this very object was remembered. */
	@Nullable EncodedKey encodedKey(String key) {
		EncodedKey known = this.keys[keyPlace(key)];
		return (known != null && known.key == key) ? known : null;
	}

	void remember(String key, byte[] encoded, int from, int end) {
		if (end - from <= EncodedKey.MAX_SIZE) {
			this.keys[keyPlace(key)] = new EncodedKey(key, encoded, from, end);
		}
	}

	private static int keyPlace(String key) {
		return (key.hashCode() * 0x9E3779B9) >>> 24;
	}

	@SuppressWarnings("deprecation") // threadId() is Java 19
	private static int place() {
		return (int) Thread.currentThread().getId() & (PLACES - 1);
	}

	/** A short key as it goes out, in words. */
	static final class EncodedKey {

		/** How much room {@link #put} needs, and the most it can hold. */
		static final int MAX_SIZE = 32;

		private final String key;

		private final int size;

		private final long first;

		private final long second;

		private final long third;

		private final long fourth;

		EncodedKey(String key, byte[] encoded, int from, int end) {
			byte[] words = Arrays.copyOf(Arrays.copyOfRange(encoded, from, end), MAX_SIZE);
			this.key = key;
			this.size = end - from;
			this.first = Words.get(words, 0);
			this.second = Words.get(words, 8);
			this.third = Words.get(words, 16);
			this.fourth = Words.get(words, 24);
		}

		int size() {
			return this.size;
		}

		/** Writes whole words: what is behind the key is overwritten next. */
		int put(byte[] target, int at) {
			Words.put(target, at, this.first);
			if (this.size > 8) {
				Words.put(target, at + 8, this.second);
				if (this.size > 16) {
					Words.put(target, at + 16, this.third);
					Words.put(target, at + 24, this.fourth);
				}
			}
			return at + this.size;
		}

	}

}
