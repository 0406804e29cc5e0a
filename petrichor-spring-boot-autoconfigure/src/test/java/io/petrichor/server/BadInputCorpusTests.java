package io.petrichor.server;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import org.assertj.core.api.SoftAssertions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.petrichor.handler.PetrichorHandler;
import io.petrichor.protocol.Message;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;
import io.petrichor.tnetstring.TNetstring;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every way to write a value wrong, in every place that a value can stand: each costs
 * exactly one error of a known code and the connection, nothing behind it is run, and a
 * well-behaved peer notices nothing.
 */
class BadInputCorpusTests {

	/** A value that is not one, and what it is called when it stands alone or inside. */
	record Bad(String name, byte[] bytes, String alone, String inside) {

	}

	record Case(String name, byte[] bytes, boolean first, String code) {

	}

	@Test
	void whenValueIsBadAnywhereThenItCostsOneErrorAndTheConnection() {
		List<Case> cases = cases();
		assertThat(cases).hasSizeGreaterThan(300);
		assertThat(cases).extracting(Case::name).doesNotHaveDuplicates();
		TestServer.with(Echo.class).run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			Echo echo = context.getBean(Echo.class);
			SoftAssertions outcomes = new SoftAssertions();
			try (RawPeer canary = RawPeer.welcomed(server.port())) {
				for (Case bad : cases) {
					outcomes.assertThat(outcome(server.port(), bad)).as(bad.name()).isEqualTo(bad.code() + ", end");
					assertThat(canary.request(Map.of(), "alive").body().asText()).isEqualTo("alive");
				}
				outcomes.assertAll();
				assertThat(echo.never).hasValue(0);
				Awaitility.await().untilAsserted(() -> assertThat(server.connectionCount()).isOne());
			}
			System.out.printf("bad input: %d cases, each one error and the end; canary %d of %d answered%n",
					cases.size(), cases.size(), cases.size());
		});
	}

	private static String outcome(int port, Case bad) {
		try (RawPeer peer = bad.first() ? RawPeer.connect(port) : RawPeer.welcomed(port)) {
			if (!bad.first()) {
				peer.send("0:}5:first,");
				assertThat(peer.read().body().asText()).isEqualTo("first");
			}
			peer.send(bad.bytes());
			Message error = peer.read();
			if (error == null) {
				return "end";
			}
			String code = error.header().text("error");
			if (bad.first() != Boolean.FALSE.equals(error.header().get("allowed"))) {
				return code + " without a denial, or with one";
			}
			return code + ((peer.read() == null) ? ", end" : ", and more");
		}
	}

	private static List<Case> cases() {
		List<Case> cases = new ArrayList<>();
		for (Bad bad : values()) {
			byte[] bytes = bad.bytes();
			cases
				.add(new Case(bad.name() + " as the first body", join("0:}", bytes, "0:}5:never,"), true, bad.alone()));
			cases.add(new Case(bad.name() + " in the first header",
					join(wrap(join("1:k,", bytes, ""), '}'), "0:,0:}5:never,"), true, bad.inside()));
			cases.add(new Case(bad.name() + " as a body", join("0:}", bytes, "0:}5:never,"), false, bad.alone()));
			cases.add(new Case(bad.name() + " in a list", join("0:}", wrap(join("0:,", bytes, ""), ']'), "0:}5:never,"),
					false, bad.inside()));
			cases.add(new Case(bad.name() + " in a header", join(wrap(join("1:k,", bytes, ""), '}'), "0:}5:never,"),
					false, bad.inside()));
		}
		for (String type : new String[] { "5:hello,", "1:1#", "3:1.5^", "4:true!", "0:~", "0:]", "0:," }) {
			cases.add(new Case("header " + type, ascii(type + "0:,0:}5:never,"), false, "bad_request"));
			cases.add(new Case("first header " + type, ascii(type + "0:,0:}5:never,"), true, "bad_request"));
		}
		cases.add(new Case("header of 8193 bytes", ascii("8193:"), false, "too_big"));
		cases.add(new Case("header of nine nines", ascii("999999999:"), false, "too_big"));
		cases.add(new Case("body of 1048577 bytes", ascii("0:}1048577:"), false, "too_big"));
		cases.add(new Case("body of nine nines", ascii("0:}999999999:"), false, "too_big"));
		cases.add(new Case("first header of 16385 bytes", ascii("16385:"), true, "too_big"));
		cases.add(new Case("first body of 16385 bytes", ascii("0:}16385:"), true, "too_big"));
		cases.add(new Case("header key that is no UTF-8",
				new byte[] { '9', ':', '2', ':', (byte) 0xC3, 0x28, ',', '1', ':', '1', '#', '}', '0', ':', ',' },
				false, "bad_request"));
		return cases;
	}

	private static List<Bad> values() {
		List<Bad> bad = new ArrayList<>();
		for (String size : new String[] { "", "a", "-1", "+1", " 1", "1 ", "1.0", "1e0", "0x1", "1,", "\n1", "\0",
				"1\0", "\u0663", "\uff11", "0000000001", "--", "1;" }) {
			bad.add(malformed("size '" + name(size) + "'", size + ":x,"));
		}
		for (int type : new int[] { '?', '"', 'x', 0, 0x80, 0xFF, ' ', '\n', ';', ':', '0', '{', '[', '(', '.', '-' }) {
			ByteArrayOutputStream bytes = new ByteArrayOutputStream();
			bytes.writeBytes(ascii("1:x"));
			bytes.write(type);
			bad.add(new Bad("type 0x" + Integer.toHexString(type), bytes.toByteArray(), "bad_request", "bad_request"));
		}
		for (String text : new String[] { "", "1", "0", "t", "yes", "True", "TRUE", "truE", "true ", " true", "tru",
				"truee", "False", "FALSE", "fals", "false ", "null" }) {
			bad.add(malformed("boolean '" + text + "'", value(text, '!')));
		}
		for (String text : new String[] { "x", "null", " ", "0" }) {
			bad.add(malformed("null '" + text + "'", value(text, '~')));
		}
		for (String text : new String[] { "", "-", "+", "--1", "+-1", "1-", "1+", " 1", "1 ", "1 2", "0x1", "1e5",
				"1.0", ".5", "1_0", "1,0", "a", "1L", "\u0663", "NaN", "1\0", "\t1" }) {
			bad.add(malformed("integer '" + name(text) + "'", value(text, '#')));
		}
		for (String text : new String[] { "", ".", "-", "+", "-.", "e5", ".e5", "1e", "1e+", "1e1.5", "1..0", "1.0.0",
				"inf", "-inf", "nan", "NaN", "Infinity", "1d", "1f", "0x1p3", "1,0", " 1", "1 ", "1_0", "--1", "+-1",
				"1e400", "-1e400", "\u0663" }) {
			bad.add(malformed("float '" + name(text) + "'", value(text, '^')));
		}
		bad.add(tooBig("integer of 1001 digits", value("9".repeat(1001), '#')));
		bad.add(tooBig("float of 1001 digits", value("9".repeat(1001), '^')));
		bad.add(tooBig("129 lists in each other", nested(129)));
		bad.add(tooBig("1300 lists in each other", nested(1300)));
		bad.add(tooBig("key of 2000 bytes", value(value("k".repeat(2000), ',') + "0:~", '}')));
		bad.add(malformed("item that runs past its list", "4:3:ab],"));
		bad.add(malformed("item that ends with its list", "4:3:ab]"));
		bad.add(malformed("list of a digit", "1:1]"));
		bad.add(malformed("list of a size", "2:1:]"));
		bad.add(malformed("list of junk", "3:abc]"));
		bad.add(malformed("list with junk after an item", value("0:,x", ']')));
		bad.add(malformed("key without value", value("1:a,", '}')));
		bad.add(malformed("two pairs and a key", value("1:a,0:~1:b,0:~1:c,", '}')));
		bad.add(malformed("key twice", value("1:a,1:1#1:a,1:2#", '}')));
		bad.add(malformed("empty key twice", value("0:,1:1#0:,1:2#", '}')));
		bad.add(malformed("the 20th key twice", value(manyKeys(20) + "3:k19,0:~", '}')));
		for (String key : new String[] { "1:1#", "3:1.5^", "4:true!", "0:~", "0:]", "0:}" }) {
			bad.add(malformed("key " + key, value(key + "0:~", '}')));
		}
		return bad;
	}

	private static Bad malformed(String name, String bytes) {
		return new Bad(name, ascii(bytes), "bad_request", "bad_request");
	}

	private static Bad tooBig(String name, String bytes) {
		return new Bad(name, ascii(bytes), "too_big", "too_big");
	}

	private static String value(String data, char type) {
		return data.getBytes(StandardCharsets.UTF_8).length + ":" + data + type;
	}

	private static String nested(int depth) {
		String value = "0:]";
		for (int i = 1; i < depth; i++) {
			value = value(value, ']');
		}
		return value;
	}

	private static String manyKeys(int count) {
		StringBuilder keys = new StringBuilder();
		for (int i = 0; i < count; i++) {
			keys.append(value("k" + i, ',')).append("0:~");
		}
		return keys.toString();
	}

	private static byte[] wrap(byte[] data, char type) {
		return join(data.length + ":", data, String.valueOf(type));
	}

	private static byte[] join(byte[] first, String last) {
		return join("", first, last);
	}

	private static byte[] join(String first, byte[] middle, String last) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		out.writeBytes(ascii(first));
		out.writeBytes(middle);
		out.writeBytes(ascii(last));
		return out.toByteArray();
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static String name(String text) {
		StringBuilder name = new StringBuilder();
		text.chars()
			.forEach((c) -> name.append((c >= ' ' && c < 127) ? String.valueOf((char) c) : "\\u%04x".formatted(c)));
		return name.toString();
	}

	static class Echo {

		final AtomicInteger never = new AtomicInteger();

		@PetrichorHandler
		TNetstring echo(TNetstring body) {
			if (body.equals(TNetstring.of("never"))) {
				this.never.incrementAndGet();
			}
			return body;
		}

	}

}
