package io.petrichor.tnetstring;

import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * The arrays a writer works in, used again by the next one. A few are kept, in places
 * that threads find by their id without waiting: more than thread-locals would do for
 * virtual threads, and bounded.
 */
final class WriterMemory {

	private static final int PLACES = 16;

	private static final int MAX_KEPT_DATA = 128 * 1024;

	private static final int MAX_KEPT_HEADS = 8 * 1024;

	private static final AtomicReferenceArray<@Nullable WriterMemory> KEPT = new AtomicReferenceArray<>(PLACES);

	byte[] data = new byte[512];

	/** Of each container: where it begins in the data, and its SIZE. */
	int[] heads = new int[32];

	/** The containers that are open, as places in the heads. */
	int[] open = new int[16];

	private WriterMemory() {
	}

	static WriterMemory take() {
		WriterMemory memory = KEPT.getAndSet(place(), null);
		return (memory != null) ? memory : new WriterMemory();
	}

	void give() {
		if (this.data.length <= MAX_KEPT_DATA && this.heads.length <= MAX_KEPT_HEADS) {
			KEPT.lazySet(place(), this);
		}
	}

	@SuppressWarnings("deprecation") // threadId() is Java 19
	private static int place() {
		return (int) Thread.currentThread().getId() & (PLACES - 1);
	}

}
