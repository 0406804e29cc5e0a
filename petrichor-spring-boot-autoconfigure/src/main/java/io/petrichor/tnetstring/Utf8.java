package io.petrichor.tnetstring;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * Strict UTF-8: nothing is replaced, in either direction.
 */
final class Utf8 {

	private Utf8() {
	}

	/**
	 * The text, or {@code null} if these bytes are not UTF-8.
	 */
	static @Nullable String decode(byte[] bytes, int from, int end) {
		if (asciiEnd(bytes, from, end) == end) {
			return new String(bytes, from, end - from, StandardCharsets.ISO_8859_1);
		}
		return (isValid(bytes, from, end)) ? valid(bytes, from, end) : null;
	}

	/**
	 * The text of bytes that are known to be UTF-8.
	 */
	static String valid(byte[] bytes, int from, int end) {
		return new String(bytes, from, end - from, StandardCharsets.UTF_8);
	}

	/** The first byte that is not ASCII. */
	private static int asciiEnd(byte[] bytes, int from, int end) {
		int i = from;
		while (end - i >= 8 && (Words.get(bytes, i) & 0x8080808080808080L) == 0) {
			i += 8;
		}
		if (end - from >= 8 && end - i < 8 && (Words.get(bytes, end - 8) & 0x8080808080808080L) == 0) {
			return end;
		}
		while (i < end && bytes[i] >= 0) {
			i++;
		}
		return i;
	}

	/**
	 * Whether these bytes are UTF-8, found out without keeping the text.
	 */
	static boolean isValid(byte[] bytes, int from, int end) {
		int i = from;
		while (i < end) {
			if (bytes[i] >= 0) {
				i = asciiEnd(bytes, i, end);
				continue;
			}
			int length = sequenceLength(bytes, i, end);
			if (length == 0) {
				return false;
			}
			i += length;
		}
		return true;
	}

	/** The length of a sequence of two to four bytes, or 0 if this is none (RFC 3629). */
	private static int sequenceLength(byte[] bytes, int at, int end) {
		int first = bytes[at] & 0xff;
		int length = (first < 0xc2) ? 0 : (first < 0xe0) ? 2 : (first < 0xf0) ? 3 : (first < 0xf5) ? 4 : 0;
		if (length == 0 || end - at < length) {
			return 0;
		}
		for (int i = 1; i < length; i++) {
			if ((bytes[at + i] & 0xc0) != 0x80) {
				return 0;
			}
		}
		int second = bytes[at + 1] & 0xff;
		return switch (first) {
			case 0xe0 -> (second >= 0xa0) ? length : 0;
			case 0xed -> (second < 0xa0) ? length : 0;
			case 0xf0 -> (second >= 0x90) ? length : 0;
			case 0xf4 -> (second < 0x90) ? length : 0;
			default -> length;
		};
	}

	/**
	 * How many bytes the text takes.
	 * @throws IllegalArgumentException if it holds half of a surrogate pair
	 */
	static int length(String text) {
		int length = text.length();
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c >= 0x80) {
				if (c < 0x800) {
					length++;
				}
				else if (!Character.isSurrogate(c)) {
					length += 2;
				}
				else if (Character.isHighSurrogate(c) && i + 1 < text.length()
						&& Character.isLowSurrogate(text.charAt(i + 1))) {
					length += 2;
					i++;
				}
				else {
					throw new IllegalArgumentException("A text with half of a surrogate pair cannot be encoded");
				}
			}
		}
		return length;
	}

}
