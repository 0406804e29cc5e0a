package io.petrichor.tnetstring;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The cases of the conformance data: those we derived ourselves are test resources, the
 * others are read where their folder stands beside the repository.
 */
final class ConformanceData {

	private static final JsonMapper JSON = new JsonMapper();

	private ConformanceData() {
	}

	/** The decode cases, all of them if the folder is there. */
	static List<JsonNode> decodeCases() {
		Path folder = folder();
		if (folder != null) {
			return list(read(folder.resolve("vectors.json")));
		}
		try (InputStream resource = ConformanceData.class.getResourceAsStream("vectors.json")) {
			return list(JSON.readTree(resource));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static JsonNode read(Path file) {
		return JSON.readTree(file.toFile());
	}

	static List<JsonNode> list(JsonNode array) {
		List<JsonNode> cases = new ArrayList<>();
		array.forEach(cases::add);
		return cases;
	}

	/** The folder with the conformance data, or {@code null}. */
	static Path folder() {
		for (Path path = Path.of("").toAbsolutePath(); path != null; path = path.getParent()) {
			if (Files.exists(path.resolve("mvnw")) || Files.exists(path.resolve(".mvn"))) {
				Path folder = path.resolveSibling("shared").resolve("conformance");
				if (Files.exists(folder.resolve("vectors.json"))) {
					return folder;
				}
			}
		}
		return null;
	}

	static byte[] hex(JsonNode node) {
		return HexFormat.of().parseHex(node.asString());
	}

	/**
	 * A value of the data as plain objects that can be compared: byte strings as
	 * {@code ByteBuffer}s, dictionaries as lists of entries, so that their order counts.
	 */
	static Object expected(JsonNode node) {
		if (node.isNull()) {
			return null;
		}
		if (node.isBoolean()) {
			return node.booleanValue();
		}
		if (node.isIntegralNumber()) {
			return node.bigIntegerValue();
		}
		if (node.isArray()) {
			List<Object> list = new ArrayList<>();
			node.forEach((item) -> list.add(expected(item)));
			return list;
		}
		if (node.has("$bytes")) {
			return ByteBuffer.wrap(hex(node.get("$bytes")));
		}
		if (node.has("$int")) {
			return new BigInteger(node.get("$int").asString());
		}
		if (node.has("$float")) {
			return number(node.get("$float").asString());
		}
		if (node.has("$nest")) {
			Object value = expected(node.get("$nest").get(1));
			for (int i = 0; i < node.get("$nest").get(0).asInt(); i++) {
				List<Object> list = new ArrayList<>();
				list.add(value);
				value = list;
			}
			return value;
		}
		if (node.has("$dict")) {
			List<Object> entries = new ArrayList<>();
			node.get("$dict")
				.forEach((entry) -> entries.add(new Entry(expected(entry.get(0)), expected(entry.get(1)))));
			return new Dictionary(entries);
		}
		throw new IllegalArgumentException("Unknown form of value: " + node);
	}

	private static double number(String text) {
		return switch (text) {
			case "inf" -> Double.POSITIVE_INFINITY;
			case "-inf" -> Double.NEGATIVE_INFINITY;
			case "nan" -> Double.NaN;
			default -> Double.parseDouble(text);
		};
	}

	/** The same form for what was decoded. */
	static Object actual(TNetstring value) {
		return switch (value.type()) {
			case NULL -> null;
			case BOOLEAN -> value.asBoolean();
			case INTEGER -> value.asBigInteger();
			case FLOAT -> value.asDouble();
			case BYTES -> ByteBuffer.wrap(value.asBytes());
			case LIST -> {
				List<Object> list = new ArrayList<>();
				items(value).forEach((item) -> list.add(actual(item)));
				yield list;
			}
			case DICTIONARY -> {
				List<Object> entries = new ArrayList<>();
				List<TNetstring> items = items(value);
				for (int i = 0; i < items.size(); i += 2) {
					entries.add(new Entry(actual(items.get(i)), actual(items.get(i + 1))));
				}
				yield new Dictionary(entries);
			}
		};
	}

	/** The items of a container, found without the product's own code. */
	private static List<TNetstring> items(TNetstring value) {
		byte[] bytes = value.toByteArray();
		List<TNetstring> items = new ArrayList<>();
		int position = new String(bytes, 0, Math.min(bytes.length, 12), StandardCharsets.ISO_8859_1).indexOf(':') + 1;
		while (position < bytes.length - 1) {
			int colon = position;
			int size = 0;
			for (; bytes[colon] != ':'; colon++) {
				size = size * 10 + bytes[colon] - '0';
			}
			int end = colon + 1 + size + 1;
			items.add(TNetstring.wrap(bytes, position, end - position));
			position = end;
		}
		return items;
	}

	/** A value of the data as what an encoder is given. */
	static Object toEncode(JsonNode node) {
		if (node.isArray()) {
			List<Object> list = new ArrayList<>();
			node.forEach((item) -> list.add(toEncode(item)));
			return list;
		}
		if (node.has("$bytes")) {
			return hex(node.get("$bytes"));
		}
		if (node.has("$dict")) {
			Map<String, Object> map = new LinkedHashMap<>();
			node.get("$dict")
				.forEach((entry) -> map.put(new String(hex(entry.get(0).get("$bytes")), StandardCharsets.UTF_8),
						toEncode(entry.get(1))));
			return map;
		}
		if (node.isIntegralNumber() && node.canConvertToLong()) {
			return node.longValue();
		}
		return expected(node);
	}

	record Entry(Object key, Object value) {
	}

	record Dictionary(List<Object> entries) {
	}

}
