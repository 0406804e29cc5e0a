package io.petrichor.actuate;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.petrichor.tnetstring.TNetstring;

/**
 * Shows what a value is made of and hides what it says: keys, types and sizes.
 */
final class Redaction {

	private static final int MAX_LENGTH = 200;

	private final StringBuilder text = new StringBuilder();

	private Redaction() {
	}

	static String of(TNetstring value) {
		Redaction redaction = new Redaction();
		redaction.append(value.value());
		if (redaction.isFull()) {
			redaction.text.setLength(MAX_LENGTH);
			redaction.text.append("...");
		}
		return redaction.text.toString();
	}

	private boolean isFull() {
		return this.text.length() > MAX_LENGTH;
	}

	private void append(@Nullable Object value) {
		if (value instanceof Map<?, ?> map) {
			this.text.append('{');
			String separator = "";
			for (Map.Entry<?, ?> entry : map.entrySet()) {
				if (isFull()) {
					return;
				}
				this.text.append(separator).append(TNetstring.of(entry.getKey())).append(": ");
				append(entry.getValue());
				separator = ", ";
			}
			this.text.append('}');
		}
		else if (value instanceof List<?> list) {
			this.text.append("list of ").append(list.size());
		}
		else if (value instanceof String text) {
			this.text.append("text of ").append(text.length());
		}
		else if (value instanceof byte[] bytes) {
			this.text.append("bytes of ").append(bytes.length);
		}
		else if (value instanceof Boolean) {
			this.text.append("boolean");
		}
		else {
			this.text.append((value != null) ? "number" : "null");
		}
	}

}
