package io.petrichor.tnetstring;

import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import io.petrichor.tnetstring.TNetstringException.Kind;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A mebibyte of malice: how far it is read, and what memory it takes, to decode it and to
 * make Java objects of it.
 */
class TNetstringHostileInputTests {

	private static final int MEBIBYTE = 1 << 20;

	private static final long FOUR_MEGABYTES = 4_000_000;

	@Test
	void deepNestingIsReadToTheLimitOnly() {
		byte[] deep = nested(MEBIBYTE);
		assertThat(deep.length).isGreaterThan(MEBIBYTE - 20);
		TNetstringException ex = refused(deep, TNetstringLimits.DEFAULTS);
		assertThat(ex.kind()).isEqualTo(Kind.TOO_BIG);
		assertThat(ex.offset()).isLessThan(129 * 8);
	}

	@Test
	void deepNestingWithoutLimitTakesNoStack() {
		byte[] deep = nested(MEBIBYTE);
		TNetstringLimits limits = TNetstringLimits.DEFAULTS.withMaxDepth(Integer.MAX_VALUE)
			.withMaxElements(Integer.MAX_VALUE);
		long allocated = allocated(() -> new TNetstringDecoder(limits).decode(deep, 0, deep.length));
		assertThat(allocated).isLessThan(FOUR_MEGABYTES);
	}

	@Test
	void manyTinyElementsAreReadToTheLimitOnly() {
		for (String element : List.of("0:~", "0:}", "0:]", "0:,", "1:1#")) {
			byte[] many = list(element.repeat(MEBIBYTE / element.length() - 4));
			TNetstringException ex = refused(many, TNetstringLimits.DEFAULTS);
			assertThat(ex.kind()).isEqualTo(Kind.TOO_BIG);
			assertThat(ex.offset()).isEqualTo(8 + 16_384L * element.length());
		}
	}

	@Test
	void asManyTinyElementsAsAllowedTakeLittleMemory() {
		for (String element : List.of("0:~", "0:}", "0:]", "0:,", "1:1#", "3:1.5^")) {
			byte[] many = list(element.repeat(16_384));
			assertThat(allocated(() -> TNetstring.parse(many).value())).as(element).isLessThan(FOUR_MEGABYTES);
		}
		byte[] dictionaries = list("8:1:a,1:1#}".repeat(16_384 / 3));
		assertThat(allocated(() -> TNetstring.parse(dictionaries).value())).isLessThan(FOUR_MEGABYTES);
		byte[] large = list(("60:" + "a".repeat(60) + ",").repeat(16_000));
		assertThat(large.length).isGreaterThan(MEBIBYTE - 30_000);
		assertThat(allocated(() -> decode(large).value())).isLessThan(FOUR_MEGABYTES);
	}

	@Test
	void longNumberIsNotRead() {
		for (char type : new char[] { '#', '^' }) {
			byte[] digits = new byte[MEBIBYTE - 16];
			Arrays.fill(digits, (byte) '9');
			byte[] number = (digits.length + ":" + new String(digits, StandardCharsets.US_ASCII) + type)
				.getBytes(StandardCharsets.US_ASCII);
			TNetstringException ex = refused(number, TNetstringLimits.DEFAULTS);
			assertThat(ex.kind()).isEqualTo(Kind.TOO_BIG);
			assertThat(ex.offset()).isEqualTo(8);
		}
	}

	@Test
	void longNumberWithoutLimitIsCheckedWithoutMakingItANumber() {
		byte[] digits = new byte[MEBIBYTE - 16];
		Arrays.fill(digits, (byte) '9');
		byte[] number = (digits.length + ":" + new String(digits, StandardCharsets.US_ASCII) + '#')
			.getBytes(StandardCharsets.US_ASCII);
		TNetstringDecoder decoder = new TNetstringDecoder(TNetstringLimits.DEFAULTS.withMaxDigits(MEBIBYTE));
		assertThat(allocated(() -> decoder.decode(number, 0, number.length))).isLessThan(10_000);
	}

	@Test
	void collidingKeysAreSpread() {
		List<byte[]> keys = collidingKeys(13);
		assertThat(keys).hasSize(8192);
		Set<Integer> stringHashes = new HashSet<>();
		Set<Integer> hashes = new HashSet<>();
		for (byte[] key : keys) {
			stringHashes.add(new String(key, StandardCharsets.US_ASCII).hashCode());
			hashes.add(TNetstringDecoder.hash(key, 0, key.length) & 0xffff);
		}
		assertThat(stringHashes).hasSize(1);
		// 8,192 balls into 65,536 urns leave some 7,700 urns with one or more.
		assertThat(hashes).hasSizeGreaterThan(7_400);
	}

	@Test
	void keysThatDifferOnlyInLengthOrZerosAreSpread() {
		Set<Integer> hashes = new HashSet<>();
		for (int i = 0; i < 256; i++) {
			hashes.add(TNetstringDecoder.hash(new byte[i], 0, i));
		}
		assertThat(hashes).hasSize(256);
	}

	@Test
	void collidingKeysTakeLittleMemory() {
		ByteArrayOutputStream entries = new ByteArrayOutputStream();
		for (byte[] key : collidingKeys(13)) {
			entries.writeBytes((key.length + ":").getBytes(StandardCharsets.US_ASCII));
			entries.writeBytes(key);
			entries.writeBytes((",90:" + "v".repeat(90) + ",").getBytes(StandardCharsets.US_ASCII));
		}
		byte[] dictionary = (entries.size() + ":" + entries.toString(StandardCharsets.US_ASCII) + "}")
			.getBytes(StandardCharsets.US_ASCII);
		assertThat(dictionary.length).isBetween(MEBIBYTE - 50_000, MEBIBYTE + 16);
		long toDecode = allocated(() -> decode(dictionary));
		assertThat(toDecode).isLessThan(500_000);
		assertThat(toDecode + allocated(() -> decode(dictionary).asMap())).isLessThan(FOUR_MEGABYTES);
	}

	@Test
	void promisedSizeTakesNoMemory() {
		byte[] promise = "999999999:abc".getBytes(StandardCharsets.US_ASCII);
		TNetstringLimits limits = TNetstringLimits.DEFAULTS.withMaxSize(Integer.MAX_VALUE);
		assertThat(allocated(() -> refused(promise, limits))).isLessThan(10_000);
	}

	@Test
	void decoderKeepsNoLargeMemory() {
		TNetstringDecoder decoder = new TNetstringDecoder(TNetstringLimits.DEFAULTS);
		StringBuilder entries = new StringBuilder();
		for (int i = 0; i < 5000; i++) {
			entries.append("4:").append(1000 + i).append(",0:~");
		}
		byte[] dictionary = (entries.length() + ":" + entries + "}").getBytes(StandardCharsets.US_ASCII);
		decoder.decode(dictionary, 0, dictionary.length);
		assertThat(decoder.scratchBytes()).isLessThanOrEqualTo(256);
		decoder.reset();
		byte[] small = "16:1:a,1:1#1:b,1:2#}".getBytes(StandardCharsets.US_ASCII);
		decoder.decode(small, 0, small.length);
		assertThat(decoder.scratchBytes()).isLessThanOrEqualTo(256);
		assertThat(allocated(() -> decoder.decode(small, 0, small.length))).isLessThan(100);
	}

	@Test
	void smallValuesAreCheckedWithoutAllocation() {
		TNetstringDecoder decoder = new TNetstringDecoder(TNetstringLimits.DEFAULTS);
		byte[] small = TNetstringEncoder.encode(List.of(1, 1.5, "a", Map.of("to", "x", "id", 7)));
		for (int i = 0; i < 10; i++) {
			decoder.reset();
			decoder.decode(small, 0, small.length);
		}
		decoder.reset();
		// The TNetstring itself, and nothing else.
		assertThat(allocated(() -> decoder.decode(small, 0, small.length))).isLessThanOrEqualTo(48);
	}

	private static TNetstring decode(byte[] bytes) {
		return new TNetstringDecoder(TNetstringLimits.DEFAULTS.withMaxSize(2 * MEBIBYTE)).decode(bytes, 0,
				bytes.length);
	}

	private static TNetstringException refused(byte[] bytes, TNetstringLimits limits) {
		try {
			new TNetstringDecoder(limits).decode(bytes, 0, bytes.length);
		}
		catch (TNetstringException ex) {
			return ex;
		}
		throw new AssertionError("Accepted");
	}

	/** What the current thread takes of the heap, the least of a few tries. */
	private static long allocated(Supplier<?> task) {
		com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
		long least = Long.MAX_VALUE;
		for (int i = 0; i < 5; i++) {
			long before = threads.getCurrentThreadAllocatedBytes();
			task.get();
			least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
		}
		return least;
	}

	/** Lists in lists, as many as fit. */
	private static byte[] nested(int size) {
		byte[] bytes = new byte[2 * size];
		int begin = size;
		int end = size;
		while (true) {
			byte[] head = ((end - begin) + ":").getBytes(StandardCharsets.US_ASCII);
			if (end - begin + head.length + 1 > size) {
				return Arrays.copyOfRange(bytes, begin, end);
			}
			begin -= head.length;
			System.arraycopy(head, 0, bytes, begin, head.length);
			bytes[end++] = ']';
		}
	}

	private static byte[] list(String items) {
		return (items.length() + ":" + items + "]").getBytes(StandardCharsets.US_ASCII);
	}

	/** Keys of which all have the same {@code String.hashCode}. */
	private static List<byte[]> collidingKeys(int pairs) {
		List<byte[]> keys = new ArrayList<>();
		for (int i = 0; i < (1 << pairs); i++) {
			StringBuilder key = new StringBuilder();
			for (int bit = 0; bit < pairs; bit++) {
				key.append(((i >> bit) & 1) == 0 ? "Aa" : "BB");
			}
			keys.add(key.toString().getBytes(StandardCharsets.US_ASCII));
		}
		return keys;
	}

}
