package io.petrichor.tnetstring;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * Strict UTF-8: nothing is replaced, in either direction.
 */
final class Utf8 {

	private static final char REPLACEMENT = '\uFFFD';

	private Utf8() {
	}

	/**
	 * The text, or {@code null} if these bytes are not UTF-8.
	 */
	static @Nullable String decode(byte[] bytes, int from, int end) {
		String text = new String(bytes, from, end - from, StandardCharsets.UTF_8);
		if (text.indexOf(REPLACEMENT) < 0) {
			return text;
		}
		// Replaced, or sent as such: only the slow way tells.
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, end - from)).toString();
		}
		catch (CharacterCodingException ex) {
			return null;
		}
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
