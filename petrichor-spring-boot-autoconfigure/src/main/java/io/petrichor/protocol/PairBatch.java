package io.petrichor.protocol;

import java.util.concurrent.atomic.AtomicInteger;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

import io.petrichor.tnetstring.TNetstring;

/**
 * Pairs that go out with one write. Not thread-safe, but for its size.
 */
final class PairBatch {

	private static final int SMALLEST = 256;

	private static final int LARGEST_GUESS = 64 * 1024;

	private final ByteBufAllocator memory;

	/** The JDK's TLS is faster at encrypting arrays, and sockets take native memory. */
	private final boolean encrypted;

	private final TrafficListener listener;

	private final AtomicInteger size = new AtomicInteger();

	private @Nullable ByteBuf bytes;

	private int pairs;

	private int largest;

	/** What the next one may take, which is what the last one took. */
	private int guess = SMALLEST;

	PairBatch(ByteBufAllocator memory, boolean encrypted, TrafficListener listener) {
		this.memory = memory;
		this.encrypted = encrypted;
		this.listener = listener;
	}

	/** Bytes of these pairs; any thread. */
	int size() {
		return this.size.get();
	}

	/** Append a pair, whose header has one number more if there is a key for it. */
	void add(Header header, @Nullable String key, long number, TNetstring body) {
		ByteBuf bytes = room(header, body);
		if (key == null) {
			PairEncoder.encode(header, body, bytes);
		}
		else {
			PairEncoder.encode(header, key, number, body, bytes);
		}
		this.size.lazySet(bytes.readableBytes());
	}

	private ByteBuf room(Header header, TNetstring body) {
		int size = header.encoded().size() + body.size();
		this.pairs++;
		this.largest = Math.max(this.largest, size);
		ByteBuf bytes = this.bytes;
		if (bytes == null) {
			int capacity = Math.max(this.guess, size);
			bytes = (this.encrypted) ? this.memory.heapBuffer(capacity) : this.memory.ioBuffer(capacity);
			this.bytes = bytes;
		}
		return bytes;
	}

	/** All of them, or null if there are none; they belong to the caller. */
	@Nullable ByteBuf take() {
		ByteBuf bytes = this.bytes;
		if (bytes != null) {
			int size = bytes.readableBytes();
			this.listener.pairsWritten(this.pairs, size, this.largest);
			this.guess = Math.min(Math.max(size, SMALLEST), LARGEST_GUESS);
			this.bytes = null;
			this.pairs = 0;
			this.largest = 0;
			this.size.lazySet(0);
		}
		return bytes;
	}

	void drop() {
		if (this.bytes != null) {
			this.bytes.release();
			this.bytes = null;
			this.size.lazySet(0);
		}
	}

}
