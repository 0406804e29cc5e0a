package io.petrichor.tnetstring;

import java.nio.charset.StandardCharsets;

/**
 * A value for people to read: like JSON, ASCII only, of bounded length.
 */
final class Description {

	private static final int MAX_LENGTH = 200;

	private final byte[] bytes;

	private final StringBuilder text = new StringBuilder();

	Description(byte[] bytes) {
		this.bytes = bytes;
	}

	String describe(byte code, int from, int end) {
		append(code, from, end);
		if (this.text.length() > MAX_LENGTH) {
			this.text.setLength(MAX_LENGTH);
			this.text.append("...");
		}
		return this.text.toString();
	}

	/** Ends early once the text is long enough; each level adds a character. */
	private void append(byte code, int from, int end) {
		switch (code) {
			case ',' -> appendString(from, end);
			case '~' -> this.text.append("null");
			case '}' -> appendItems('{', from, end, '}');
			case ']' -> appendItems('[', from, end, ']');
			default -> this.text.append(
					new String(this.bytes, from, Math.min(end - from, MAX_LENGTH + 1), StandardCharsets.ISO_8859_1));
		}
	}

	private void appendItems(char opening, int from, int end, char closing) {
		this.text.append(opening);
		int position = from;
		for (int i = 0; position < end && this.text.length() <= MAX_LENGTH; i++) {
			if (i > 0) {
				this.text.append((opening == '{' && i % 2 == 1) ? ": " : ", ");
			}
			int size = 0;
			while (this.bytes[position] != ':') {
				size = size * 10 + (this.bytes[position++] - '0');
			}
			int data = position + 1;
			append(this.bytes[data + size], data, data + size);
			position = data + size + 1;
		}
		this.text.append(closing);
	}

	private void appendString(int from, int end) {
		this.text.append('"');
		for (int i = from; i < end && this.text.length() <= MAX_LENGTH; i++) {
			byte value = this.bytes[i];
			if (value == '"' || value == '\\') {
				this.text.append('\\').append((char) value);
			}
			else if (value >= ' ' && value < 0x7f) {
				this.text.append((char) value);
			}
			else {
				this.text.append(String.format("\\x%02x", value));
			}
		}
		this.text.append('"');
	}

}
