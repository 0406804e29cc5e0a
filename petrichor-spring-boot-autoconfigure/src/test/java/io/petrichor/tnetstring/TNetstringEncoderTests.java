package io.petrichor.tnetstring;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Every Java type that is encoded, and everything that is refused.
 */
class TNetstringEncoderTests {

	@Test
	void scalars() {
		encodes(null, "0:~");
		encodes(true, "4:true!");
		encodes(false, "5:false!");
		encodes("", "0:,");
		encodes("hello", "5:hello,");
		encodes(new StringBuilder("hello"), "5:hello,");
		encodes((byte) -1, "2:-1#");
		encodes((short) 300, "3:300#");
		encodes(0, "1:0#");
		encodes(Integer.MIN_VALUE, "11:-2147483648#");
		encodes(Long.MAX_VALUE, "19:9223372036854775807#");
		encodes(Long.MIN_VALUE, "20:-9223372036854775808#");
		encodes(BigInteger.ONE.shiftLeft(64), "20:18446744073709551616#");
		encodes(BigInteger.TEN, "2:10#");
		encodes(new byte[] { 0, 1 }, "2:\0\1,");
		encodes(ByteBuffer.wrap(new byte[] { 1, 2, 3 }, 1, 1), "1:\2,");
		encodes(new ByteArrayInputStream(new byte[] { 65 }), "1:A,");
		encodes(new BigDecimal("12.50"), "5:12.50^");
		encodes(new BigDecimal("1E+2"), "5:100.0^");
		encodes(new BigDecimal("-1E-3"), "6:-0.001^");
		encodes(TNetstring.TRUE, "4:true!");
	}

	@Test
	void whenContainersOfOneDepthDifferInSizeThenEachHasItsOwn() {
		Random random = new Random(7);
		for (int i = 0; i < 2_000; i++) {
			List<Object> lists = new ArrayList<>();
			StringBuilder expected = new StringBuilder();
			for (int j = random.nextInt(20); j >= 0; j--) {
				String text = "x".repeat(random.nextInt((j % 5 == 0) ? 1_200 : 12));
				String item = text.length() + ":" + text + ",";
				String inner = (j % 3 == 0) ? item : item.length() + ":" + item + "]";
				lists.add(List.of((j % 3 == 0) ? text : List.of(text)));
				expected.append(inner.length()).append(':').append(inner).append(']');
			}
			encodes(lists, expected.length() + ":" + expected + "]");
		}
	}

	@Test
	void whenLargeValueIsEncodedAgainThenOnlyTheResultIsAllocated() {
		com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
		Object value = Map.of("data", new byte[64 * 1024]);
		for (int i = 0; i < 10; i++) {
			TNetstringEncoder.encode(value);
		}
		long before = threads.getCurrentThreadAllocatedBytes();
		for (int i = 0; i < 100; i++) {
			TNetstringEncoder.encode(value);
		}
		assertThat((threads.getCurrentThreadAllocatedBytes() - before) / 100).isLessThan(66_000);
	}

	@Test
	void whenValueIsAsLargeAsTheLimitThenItIsEncoded() {
		for (Object item : Arrays.asList(null, true, 5, -7L, 1.5, "", "abc", Map.of("k", 1), List.of(List.of()))) {
			for (int length = 400; length < 520; length++) {
				Object value = List.of("x".repeat(length), Collections.singletonList(item));
				int size = TNetstringEncoder.encode(value).length;
				// Another writer has the memory that is kept, so that this one's grows.
				try (TNetstringWriter other = new TNetstringWriter(TNetstringLimits.DEFAULTS)) {
					assertThat(TNetstringEncoder.encode(value, TNetstringLimits.DEFAULTS.withMaxSize(size)))
						.hasSize(size);
					other.writeNull();
				}
				refuses(value, TNetstringLimits.DEFAULTS.withMaxSize(size - 1), "Larger than");
			}
		}
	}

	@Test
	void textIsUtf8() {
		encodes("é", "2:Ã©,");
		for (String text : List.of("日本語", "größe", "😀", "a😀b", "\u0080\u07ff\u0800\uffff", "x".repeat(1000) + "é",
				"\ufffd")) {
			byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
			assertThat(TNetstringEncoder.encode(text))
				.isEqualTo(concat((utf8.length + ":").getBytes(StandardCharsets.US_ASCII), utf8, new byte[] { ',' }));
			assertThat(TNetstring.of(text).asText()).isEqualTo(text);
			assertThat(TNetstring.of(Map.of(text, 1)).asMap()).containsOnlyKeys(text);
		}
	}

	@Test
	void containers() {
		encodes(List.of(), "0:]");
		encodes(Map.of(), "0:}");
		encodes(List.of(List.of(), Map.of()), "6:0:]0:}]");
		encodes(new LinkedHashSet<>(List.of(1, 2)), "8:1:1#1:2#]");
		encodes(new Object[] { 1, null }, "7:1:1#0:~]");
		encodes(new String[] { "a" }, "4:1:a,]");
		Map<String, Object> map = new LinkedHashMap<>();
		map.put("b", 1);
		map.put("a", List.of("x", Map.of("k", List.of(1, 2))));
		encodes(map, "39:1:b,1:1#1:a,23:1:x,15:1:k,8:1:1#1:2#]}]}");
	}

	@Test
	void whenKeysComeInAnotherOrderThenEachIsWrittenAsItIs() {
		List<String> keys = List.of("", "a", "name", "a much longer key of thirty bytes", "é", "number");
		Random random = new Random(1);
		for (int i = 0; i < 200; i++) {
			List<String> order = new ArrayList<>(keys);
			Collections.shuffle(order, random);
			Map<String, Object> map = new LinkedHashMap<>();
			StringBuilder expected = new StringBuilder();
			for (String key : order.subList(0, random.nextInt(keys.size() + 1))) {
				map.put(key, i);
				expected.append(key.getBytes(StandardCharsets.UTF_8).length)
					.append(':')
					.append(key)
					.append(',')
					.append(String.valueOf(i).length())
					.append(':')
					.append(i)
					.append('#');
			}
			assertThat(new String(TNetstringEncoder.encode(map), StandardCharsets.UTF_8))
				.isEqualTo(expected.toString().getBytes(StandardCharsets.UTF_8).length + ":" + expected + "}");
		}
	}

	@Test
	void whenKeysOfOneHashComeAndGoThenTheyAreNotKept() {
		encodeTwice("first");
		List<WeakReference<String>> keys = new ArrayList<>();
		for (int i = 0; i < 4096; i++) {
			// As "Aa" and "BB" have the same hash, all of these have.
			String key = "%12s".formatted(Integer.toBinaryString(i)).replace("1", "Aa").replaceAll("[ 0]", "BB");
			keys.add(new WeakReference<>(key));
			encodeTwice(key);
		}
		System.gc();
		assertThat(keys.stream().filter((key) -> key.get() != null).count()).isLessThan(100);
	}

	private static void encodeTwice(String key) {
		TNetstringEncoder.encode(Map.of(key, 1));
		TNetstringEncoder.encode(Map.of(key, 1));
	}

	@Test
	void encodedValuesGoInByteForByte() {
		TNetstring odd = TNetstring.parse("3:+07#".getBytes(StandardCharsets.US_ASCII));
		encodes(List.of(odd, Map.of("a", odd)), "20:3:+07#10:1:a,3:+07#}]");
	}

	@Test
	void sizesGrowAcrossEveryPowerOfTen() {
		for (int size = 0; size < 1200; size++) {
			Object value = List.of(Map.of("k", List.of("x".repeat(size))), size);
			assertThat(TNetstring.parse(TNetstringEncoder.encode(value)).value())
				.isEqualTo(List.of(Map.of("k", List.of("x".repeat(size))), (long) size));
		}
		for (int size : List.of(9_990, 99_990, 999_990)) {
			for (int i = 0; i < 20; i++) {
				byte[] bytes = new byte[size + i];
				Arrays.fill(bytes, (byte) -1);
				TNetstring value = TNetstring.parse(TNetstringEncoder.encode(List.of(bytes)));
				assertThat((byte[]) value.asList().get(0)).isEqualTo(bytes);
			}
		}
	}

	@Test
	void doublesAreShortestAndReadBack() {
		for (double value : new double[] { 0.0, -0.0, 1, -1, 0.1, 1.5, 12.34, 1e-7, 1.001e-7, 1e15, 1e16, 1e22, 1e23,
				2e-3, 2.2250738585072014E-308, 5e-324, 9.9e-324, 1.7976931348623157e308, 123456789012345680.0,
				9007199254740993.0, 8.41e21, 2.0e23, 1.0 / 3, 2.2e-322, Math.PI, 1e14, 999999999999999.0, 0.3, 1e-9,
				1e-10, 4.35, 0.1 + 0.2 }) {
			isShortest(value);
			isShortest(-value);
		}
		Random random = new Random(42);
		for (int i = 0; i < 20_000; i++) {
			isShortest(random.nextInt(1_000_000_000) / Math.pow(10, random.nextInt(12)));
			isShortest(random.nextGaussian());
			double any = Double.longBitsToDouble(random.nextLong());
			if (Double.isFinite(any)) {
				isShortest(any);
			}
		}
		for (int exponent = -1074; exponent < 1024; exponent++) {
			isShortest(Math.scalb(1.0, exponent));
		}
	}

	private static void isShortest(double value) {
		byte[] encoded = TNetstringEncoder.encode(value);
		String text = new String(encoded, StandardCharsets.US_ASCII);
		String digits = text.substring(text.indexOf(':') + 1, text.length() - 1);
		assertThat(digits).isEqualTo(ShortestDecimal.of(value));
		assertThat(TNetstring.parse(encoded).asDouble()).isEqualTo(value);
	}

	@Test
	void floatsReadBackToTheSameFloat() {
		encodes(0.1f, "3:0.1^");
		encodes(-1e10f, "14:-10000000000.0^");
		Random random = new Random(7);
		for (int i = 0; i < 20_000; i++) {
			float value = Float.intBitsToFloat(random.nextInt());
			if (Float.isFinite(value)) {
				assertThat(TNetstring.of(value).as(float.class)).isEqualTo(value);
			}
		}
	}

	@Test
	void whatCannotBeEncodedIsRefusedAndNothingWritten() {
		refuses(Double.NaN, "NaN cannot be encoded");
		refuses(Double.NEGATIVE_INFINITY, "-Infinity cannot be encoded");
		refuses(Float.NaN, "NaN");
		refuses(new Object(), "A java.lang.Object cannot be encoded as a TNetstring");
		refuses('c', "A java.lang.Character cannot");
		refuses(new int[] { 1 }, "A [I cannot");
		refuses(Map.of(1, 2), "must be a String, not java.lang.Integer");
		refuses(Collections.singletonMap(null, 1), "must be a String, not null");
		refuses("\ud800", "half of a surrogate pair");
		refuses("a\udc00b", "half of a surrogate pair");
		refuses("\ud800\ud800", "half of a surrogate pair");
		refuses(new BigDecimal("1e50000000"), "out of range");
		refuses(new BigDecimal("1e-50000000"), "out of range");
		refuses(new BigDecimal("1e400"), "out of range");
		List<Object> cycle = new ArrayList<>();
		cycle.add(cycle);
		refuses(cycle, "holding itself");
		Map<String, Object> map = new LinkedHashMap<>();
		map.put("self", Map.of("x", List.of(map)));
		refuses(map, "holding itself");
	}

	@Test
	void limitsHold() {
		TNetstringLimits limits = TNetstringLimits.DEFAULTS;
		refuses("x".repeat(100), limits.withMaxSize(100), "Larger than the limit of 100 bytes");
		refuses(List.of("x".repeat(95)), limits.withMaxSize(100), "Larger than");
		refuses(new byte[1 << 20], limits.withMaxSize(1 << 20), "Larger than");
		refuses(new ByteArrayInputStream(new byte[1000]), limits.withMaxSize(100), "Larger than");
		refuses(TNetstring.of("x".repeat(100)), limits.withMaxSize(100), "Larger than");
		refuses(List.of(List.of()), limits.withMaxDepth(1), "Nested deeper than the limit of 1");
		refuses(List.of(1, 2, 3), limits.withMaxElements(2), "More elements than the limit of 2");
		refuses(Map.of("a", 1), limits.withMaxElements(1), "More elements");
		refuses(new BigInteger("9".repeat(1001)), limits, "more digits than the limit of 1000");
		refuses(BigInteger.ONE.shiftLeft(10_000_000), limits, "more digits");
		refuses(Map.of("abcd", 1), limits.withMaxKeyLength(3), "A key longer than the limit of 3");
		refuses(Map.of("éé", 1), limits.withMaxKeyLength(3), "A key longer");
		assertThat(TNetstringEncoder.encode("x".repeat(95), limits.withMaxSize(99))).hasSize(99);
		assertThat(TNetstringEncoder.encode(new BigInteger("-" + "9".repeat(1000)), limits)).hasSize(1007);
		assertThat(TNetstringEncoder.encode(Map.of("é", 1), limits.withMaxKeyLength(2))).isNotEmpty();
	}

	@Test
	void whatIsWithinTheLimitsIsDecodedWithinThem() {
		TNetstringLimits limits = new TNetstringLimits(60, 3, 6, 5, 4);
		Random random = new Random(3);
		int encoded = 0;
		for (int i = 0; i < 20_000; i++) {
			Object value = random(random, 4);
			byte[] bytes;
			try {
				bytes = TNetstringEncoder.encode(value, limits);
			}
			catch (IllegalArgumentException ex) {
				continue;
			}
			encoded++;
			TNetstring.parse(bytes, limits);
		}
		assertThat(encoded).isGreaterThan(1000);
	}

	private static Object random(Random random, int depth) {
		return switch (random.nextInt((depth > 0) ? 7 : 5)) {
			case 0 -> random.nextInt(200_000) - 100_000;
			case 1 -> random.nextInt(200_000) / 100.0;
			case 2 -> "x".repeat(random.nextInt(30));
			case 3 -> null;
			case 4 -> new BigInteger(random.nextInt(20), random);
			case 5 -> {
				List<Object> list = new ArrayList<>();
				for (int i = random.nextInt(4); i > 0; i--) {
					list.add(random(random, depth - 1));
				}
				yield list;
			}
			default -> {
				Map<String, Object> map = new LinkedHashMap<>();
				for (int i = random.nextInt(4); i > 0; i--) {
					map.put("k".repeat(1 + random.nextInt(5)), random(random, depth - 1));
				}
				yield map;
			}
		};
	}

	@Test
	void appendsToEveryKindOfBuffer() {
		Object value = List.of("a", Map.of("b", 1.5));
		byte[] encoded = TNetstringEncoder.encode(value);
		for (ByteBuf buffer : List.of(Unpooled.buffer(1), Unpooled.directBuffer(1), Unpooled.compositeBuffer(),
				Unpooled.buffer(64).slice(3, 60).writerIndex(0))) {
			try {
				buffer.writeByte('x');
				TNetstringEncoder.encode(value, buffer);
				TNetstringEncoder.encode("tail", buffer);
				TNetstring.of(value).writeTo(buffer);
				assertThat(buffer.toString(StandardCharsets.ISO_8859_1))
					.isEqualTo("x" + new String(encoded, StandardCharsets.ISO_8859_1) + "4:tail,"
							+ new String(encoded, StandardCharsets.ISO_8859_1));
			}
			finally {
				buffer.release();
			}
		}
	}

	@Test
	void whenBufferIsFullThenNothingIsWritten() {
		ByteBuf buffer = Unpooled.buffer(4, 4);
		assertThatExceptionOfType(IndexOutOfBoundsException.class)
			.isThrownBy(() -> TNetstringEncoder.encode(List.of("too long"), buffer));
		assertThat(buffer.writerIndex()).isZero();
	}

	@Test
	void streamsAreReadToTheEndAndClosed() {
		boolean[] closed = new boolean[1];
		InputStream stream = new FilterInputStream(new ByteArrayInputStream(new byte[100_000])) {
			@Override
			public void close() {
				closed[0] = true;
			}
		};
		assertThat(TNetstring.of(List.of(stream)).size()).isEqualTo(100_007 + 1 + 7 + 1);
		assertThat(closed[0]).isTrue();
		InputStream broken = new InputStream() {
			@Override
			public int read() throws IOException {
				throw new IOException("broken");
			}
		};
		assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> TNetstringEncoder.encode(broken));
	}

	@Test
	void byteBufferIsLeftAsItWas() {
		ByteBuffer buffer = ByteBuffer.allocateDirect(4).put(0, (byte) 65);
		assertThat(TNetstring.of(buffer).size()).isEqualTo(7);
		assertThat(buffer.remaining()).isEqualTo(4);
	}

	private static void encodes(Object value, String expected) {
		assertThat(new String(TNetstringEncoder.encode(value), StandardCharsets.ISO_8859_1)).isEqualTo(expected);
	}

	private static void refuses(Object value, String reason) {
		refuses(value, TNetstringLimits.WIDEST, reason);
	}

	private static void refuses(Object value, TNetstringLimits limits, String reason) {
		ByteBuf buffer = Unpooled.buffer();
		buffer.writeByte('x');
		assertThatIllegalArgumentException().isThrownBy(() -> TNetstringEncoder.encode(value, buffer, limits))
			.withMessageContaining(reason);
		assertThat(buffer.writerIndex()).isEqualTo(1);
	}

	private static byte[] concat(byte[]... parts) {
		ByteBuf buffer = Unpooled.wrappedBuffer(parts);
		byte[] all = new byte[buffer.readableBytes()];
		buffer.readBytes(all);
		return all;
	}

}
