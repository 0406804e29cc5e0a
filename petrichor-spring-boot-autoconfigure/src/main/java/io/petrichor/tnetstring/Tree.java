package io.petrichor.tnetstring;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Java objects of a checked value and all it holds. The array of a container is made as
 * long as that of the one before, as far as its bytes can hold so much, and cut in the
 * end.
 */
final class Tree {

	/** The shortest value is {@code 0:~}. */
	private static final int MIN_SIZE = 3;

	private final byte[] bytes;

	private int position;

	/** As many as the list before had: lists of one kind are of one length, often. */
	private int expectedItems = 8;

	/** As many as the dictionary before had. */
	private int expectedEntries = 8;

	Tree(byte[] bytes) {
		this.bytes = bytes;
	}

	/** The value that begins here. */
	@Nullable Object read(int start) {
		this.position = start;
		return read();
	}

	private @Nullable Object read() {
		int size = readSize();
		int data = this.position;
		int end = data + size;
		this.position = end + 1;
		byte type = this.bytes[end];
		return (type == '}' || type == ']') ? container(type, data, end) : scalar(this.bytes, type, data, end);
	}

	private Object container(byte type, int data, int end) {
		return (type == '}') ? readDictionary(data, end) : readList(data, end);
	}

	private static @Nullable Object scalar(byte[] source, byte type, int data, int end) {
		switch (type) {
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
				return end - data == 4;
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
		@Nullable Object[] items = new @Nullable Object[Math.min(this.expectedItems, (end - data) / MIN_SIZE)];
		int count = 0;
		this.position = data;
		while (this.position < end) {
			if (count == items.length) {
				items = Arrays.copyOf(items, 2 * count);
			}
			items[count++] = read();
		}
		this.position = end + 1;
		this.expectedItems = count;
		return new ItemList((count < items.length) ? Arrays.copyOf(items, count) : items);
	}

	private Map<String, @Nullable Object> readDictionary(int data, int end) {
		if (data == end) {
			return Collections.emptyMap();
		}
		@Nullable Object[] items = new @Nullable Object[2 * Math.min(this.expectedEntries, (end - data) / (2 * MIN_SIZE))];
		int count = 0;
		this.position = data;
		while (this.position < end) {
			if (count == items.length) {
				items = Arrays.copyOf(items, 2 * count);
			}
			items[count] = readKey();
			items[count + 1] = read();
			count += 2;
		}
		this.position = end + 1;
		int entries = count / 2;
		this.expectedEntries = entries;
		if (entries <= SmallMap.MAX_ENTRIES) {
			return new SmallMap((count < items.length) ? Arrays.copyOf(items, count) : items);
		}
		Map<String, @Nullable Object> map = new LinkedHashMap<>(entries * 4 / 3 + 1);
		for (int i = 0; i < count; i += 2) {
			map.put(String.valueOf(items[i]), items[i + 1]);
		}
		return Collections.unmodifiableMap(map);
	}

	private String readKey() {
		int size = readSize();
		int data = this.position;
		this.position = data + size + 1;
		return KnownKeys.text(this.bytes, data, size);
	}

}
