package io.petrichor.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Text from a peer as a log may have it: in one line, in ASCII, and short. So no peer can
 * forge a line of the log, or fill it.
 *
 * @since 0.1.0
 */
public final class Printable {

	/** The most characters of the peer's that are shown. */
	public static final int MAX_LENGTH = 64;

	private Printable() {
	}

	/**
	 * Escape and cut.
	 * @param text what a peer sent, or null
	 * @return the text, {@code -} for null
	 */
	public static String of(@Nullable String text) {
		if (text == null) {
			return "-";
		}
		StringBuilder printable = new StringBuilder(Math.min(text.length(), MAX_LENGTH) + 16);
		for (int i = 0; i < text.length() && i < MAX_LENGTH; i++) {
			char next = text.charAt(i);
			if (next < ' ' || next > '~' || next == '\\') {
				printable.append((next == '\\') ? "\\\\" : "\\u%04x".formatted((int) next));
			}
			else {
				printable.append(next);
			}
		}
		return (text.length() > MAX_LENGTH) ? printable.append("...").toString() : printable.toString();
	}

}
