package io.petrichor.tnetstring;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.petrichor.tnetstring.TNetstringException.Kind;

/**
 * The rules of the format a second time, as short as can be: by regular expressions,
 * recursion and copies, sharing nothing with the product.
 */
final class TNetstringOracle {

	private static final Pattern HEAD = Pattern.compile("([0-9]{1,9}):");

	private static final Pattern BEGIN_OF_HEAD = Pattern.compile("[0-9]{0,9}");

	private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9]+");

	private static final Pattern FLOAT = Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?");

	private TNetstringOracle() {
	}

	/** Returns {@code null} where there is one whole value, else what is wrong. */
	static Kind verdict(byte[] bytes) {
		String text = new String(bytes, StandardCharsets.ISO_8859_1);
		try {
			int end = value(text, 0, true, new ArrayList<>());
			return (end == text.length()) ? null : Kind.MALFORMED;
		}
		catch (IncompleteException ex) {
			return Kind.INCOMPLETE;
		}
		catch (IllegalArgumentException ex) {
			return Kind.MALFORMED;
		}
	}

	/** The one value as strings, numbers' digits, lists and maps. */
	static Object tree(byte[] bytes) {
		List<Object> holder = new ArrayList<>();
		value(new String(bytes, StandardCharsets.ISO_8859_1), 0, true, holder);
		return holder.get(0);
	}

	private static int value(String text, int at, boolean top, List<Object> into) {
		Matcher head = HEAD.matcher(text).region(at, text.length());
		if (!head.lookingAt()) {
			if (top && BEGIN_OF_HEAD.matcher(text.substring(at)).matches()) {
				throw new IncompleteException();
			}
			throw new IllegalArgumentException();
		}
		int data = head.end();
		int end = data + Integer.parseInt(head.group(1));
		if (end >= text.length()) {
			throw (top) ? new IncompleteException() : new IllegalArgumentException();
		}
		String content = text.substring(data, end);
		into.add(switch (text.charAt(end)) {
			case ',' -> ByteBuffer.wrap(content.getBytes(StandardCharsets.ISO_8859_1));
			case '#' -> number(INTEGER, content);
			case '^' -> finite(number(FLOAT, content));
			case '!' -> {
				if (!content.equals("true") && !content.equals("false")) {
					throw new IllegalArgumentException();
				}
				yield content.equals("true");
			}
			case '~' -> {
				if (!content.isEmpty()) {
					throw new IllegalArgumentException();
				}
				yield "null";
			}
			case ']' -> items(content);
			case '}' -> dictionary(items(content));
			default -> throw new IllegalArgumentException();
		});
		return end + 1;
	}

	private static String number(Pattern pattern, String content) {
		if (!pattern.matcher(content).matches()) {
			throw new IllegalArgumentException();
		}
		return content;
	}

	private static double finite(String content) {
		double value = Double.parseDouble(content);
		if (Double.isInfinite(value)) {
			throw new IllegalArgumentException();
		}
		return value;
	}

	private static List<Object> items(String content) {
		List<Object> items = new ArrayList<>();
		for (int at = 0; at < content.length();) {
			at = value(content, at, false, items);
		}
		return items;
	}

	private static Map<Object, Object> dictionary(List<Object> items) {
		Map<Object, Object> map = new LinkedHashMap<>();
		for (int i = 0; i < items.size(); i += 2) {
			if (i + 1 == items.size() || !(items.get(i) instanceof ByteBuffer) || map.containsKey(items.get(i))) {
				throw new IllegalArgumentException();
			}
			map.put(items.get(i), items.get(i + 1));
		}
		return map;
	}

	private static final class IncompleteException extends RuntimeException {

		IncompleteException() {
			super(null, null, false, false);
		}

	}

}
