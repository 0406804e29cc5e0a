package io.petrichor.tnetstring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Eight bytes of an array at once, the first of them in the lowest place.
 */
final class Words {

	private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

	private Words() {
	}

	static long get(byte[] bytes, int at) {
		return (long) LONGS.get(bytes, at);
	}

	/** Writes eight bytes, also where fewer of them count and more is written next. */
	static void put(byte[] target, int at, long word) {
		LONGS.set(target, at, word);
	}

	/** Up to eight ASCII characters as they go out. */
	static long of(String ascii) {
		return get(Arrays.copyOf(ascii.getBytes(StandardCharsets.US_ASCII), Long.BYTES), 0);
	}

}
