package io.petrichor.tnetstring;

/**
 * A value for people to read: like JSON, ASCII only, of bounded length.
 */
final class Description {

	private static final int MAX_LENGTH = 200;

	private final StringBuilder text = new StringBuilder();

	String describe(TNetstringReader value) {
		append(value);
		if (this.text.length() > MAX_LENGTH) {
			this.text.setLength(MAX_LENGTH);
			this.text.append("...");
		}
		return this.text.toString();
	}

	/** Ends early once the text is long enough; each level adds a character. */
	private void append(TNetstringReader item) {
		switch (item.type()) {
			case NULL -> this.text.append("null");
			case BYTES -> appendString(item);
			case DICTIONARY -> appendItems('{', item, '}');
			case LIST -> appendItems('[', item, ']');
			default -> {
				for (int i = 0; i < item.length() && this.text.length() <= MAX_LENGTH; i++) {
					this.text.append((char) item.byteAt(i));
				}
			}
		}
	}

	private void appendItems(char opening, TNetstringReader item, char closing) {
		this.text.append(opening);
		item.enter();
		for (int i = 0; this.text.length() <= MAX_LENGTH && item.next(); i++) {
			if (i > 0) {
				this.text.append((opening == '{' && i % 2 == 1) ? ": " : ", ");
			}
			append(item);
		}
		item.leave();
		this.text.append(closing);
	}

	private void appendString(TNetstringReader item) {
		this.text.append('"');
		for (int i = 0; i < item.length() && this.text.length() <= MAX_LENGTH; i++) {
			byte value = item.byteAt(i);
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
