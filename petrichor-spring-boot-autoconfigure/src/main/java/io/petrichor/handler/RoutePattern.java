package io.petrichor.handler;

import java.util.HashSet;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A route as it is registered: segments with dots between them, each of which is either
 * fixed or a variable in braces.
 */
final class RoutePattern {

	private static final char SEPARATOR = '.';

	private final String[] segments;

	private final boolean exact;

	private RoutePattern(String[] segments, boolean exact) {
		this.segments = segments;
		this.exact = exact;
	}

	/**
	 * A pattern from its text.
	 * @throws IllegalArgumentException if it cannot be one
	 */
	static RoutePattern of(String text) {
		if (text.indexOf('{') < 0 && text.indexOf('}') < 0) {
			return new RoutePattern(new String[] { text }, true);
		}
		String[] segments = text.split("\\.", -1);
		Set<String> names = new HashSet<>();
		for (String segment : segments) {
			if (isVariable(segment)) {
				if (!names.add(segment)) {
					throw new IllegalArgumentException("has the variable " + segment + " twice in its route");
				}
			}
			else if (segment.indexOf('{') >= 0 || segment.indexOf('}') >= 0) {
				throw new IllegalArgumentException("has '" + segment
						+ "' in its route: a variable is a whole segment between dots, a name in braces");
			}
		}
		return new RoutePattern(segments, false);
	}

	/** Whether there is no variable in it. */
	boolean isExact() {
		return this.exact;
	}

	String[] segments() {
		return this.segments;
	}

	/** Which segment the variable of this name is, -1 if there is none. */
	int indexOf(String name) {
		for (int i = 0; i < this.segments.length; i++) {
			if (isVariable(this.segments[i])
					&& this.segments[i].substring(1, this.segments[i].length() - 1).equals(name)) {
				return i;
			}
		}
		return -1;
	}

	static boolean isVariable(String segment) {
		return segment.length() > 2 && segment.startsWith("{") && segment.endsWith("}") && segment.indexOf('{', 1) < 0
				&& segment.indexOf('}') == segment.length() - 1;
	}

	/** A segment of a request's route. */
	static @Nullable String segment(String route, int index) {
		int from = 0;
		for (int i = 0; i < index; i++) {
			from = route.indexOf(SEPARATOR, from) + 1;
			if (from == 0) {
				return null;
			}
		}
		return route.substring(from, endOfSegment(route, from));
	}

	static int endOfSegment(String route, int from) {
		int end = route.indexOf(SEPARATOR, from);
		return (end < 0) ? route.length() : end;
	}

}
