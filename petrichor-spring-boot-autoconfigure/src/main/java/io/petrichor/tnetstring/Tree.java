package io.petrichor.tnetstring;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Java objects of a checked value and all it holds. Items are gathered in one array, from
 * which each container takes its own when it is complete.
 */
final class Tree {

	private static final @Nullable Object[] NONE = {};

	private final byte[] bytes;

	private int position;

	private @Nullable Object[] items = NONE;

	private int count;

	Tree(byte[] bytes) {
		this.bytes = bytes;
	}

	/** The value that begins here. */
	@Nullable Object read(int start) {
		this.position = start;
		return read();
	}

	private @Nullable Object read() {
		byte[] source = this.bytes;
		int size = readSize();
		int data = this.position;
		int end = data + size;
		this.position = end + 1;
		switch (source[end]) {
			case ',' -> {
				String text = Utf8.decode(source, data, end);
				return (text != null) ? text : Arrays.copyOfRange(source, data, end);
			}
			case '#' -> {
				if (Numbers.fitsLong(source, data, end)) {
					return Numbers.parseLong(source, data, end);
				}
				return Numbers.parseBigInteger(source, data, end);
			}
			case '^' -> {
				return Numbers.parseDouble(source, data, end);
			}
			case '!' -> {
				return size == 4;
			}
			case '}' -> {
				return readDictionary(data, end);
			}
			case ']' -> {
				return readList(data, end);
			}
			default -> {
				return null;
			}
		}
	}

	private int readSize() {
		byte[] source = this.bytes;
		int at = this.position;
		int size = source[at++] - '0';
		for (byte next = source[at++]; next != ':'; next = source[at++]) {
			size = size * 10 + (next - '0');
		}
		this.position = at;
		return size;
	}

	private List<@Nullable Object> readList(int data, int end) {
		if (data == end) {
			return Collections.emptyList();
		}
		int first = this.count;
		this.position = data;
		while (this.position < end) {
			add(read());
		}
		this.position = end + 1;
		@Nullable Object[] own = Arrays.copyOfRange(this.items, first, this.count);
		this.count = first;
		return new ItemList(own);
	}

	private Map<String, @Nullable Object> readDictionary(int data, int end) {
		if (data == end) {
			return Collections.emptyMap();
		}
		int first = this.count;
		this.position = data;
		while (this.position < end) {
			add(readKey());
			add(read());
		}
		this.position = end + 1;
		int entries = (this.count - first) / 2;
		this.count = first;
		if (entries <= SmallMap.MAX_ENTRIES) {
			return new SmallMap(Arrays.copyOfRange(this.items, first, first + 2 * entries));
		}
		Map<String, @Nullable Object> map = new LinkedHashMap<>(entries * 4 / 3 + 1);
		for (int i = first; i < first + 2 * entries; i += 2) {
			map.put(String.valueOf(this.items[i]), this.items[i + 1]);
		}
		return Collections.unmodifiableMap(map);
	}

	private String readKey() {
		int size = readSize();
		int data = this.position;
		this.position = data + size + 1;
		return KnownKeys.text(this.bytes, data, size);
	}

	private void add(@Nullable Object item) {
		if (this.count == this.items.length) {
			this.items = Arrays.copyOf(this.items, Math.max(16, this.count * 2));
		}
		this.items[this.count++] = item;
	}

}
