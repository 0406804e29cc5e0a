package io.petrichor.client;

import org.springframework.util.Assert;

/**
 * Fills in the variables of a route, such as {@code orders.{id}.lines}.
 */
final class RouteTemplate {

	private RouteTemplate() {
	}

	static String expand(String template, Object... variables) {
		String[] segments = template.split("\\.", -1);
		int next = 0;
		for (int i = 0; i < segments.length; i++) {
			if (segments[i].startsWith("{") && segments[i].endsWith("}")) {
				Assert.isTrue(next < variables.length,
						() -> "'" + template + "' has more variables than " + variables.length);
				segments[i] = segment(template, segments[i], variables[next++]);
			}
		}
		int filled = next;
		Assert.isTrue(filled == variables.length,
				() -> "'" + template + "' has " + filled + " variables and not " + variables.length);
		return String.join(".", segments);
	}

	/** A value must not reach another route than the one it is a part of. */
	private static String segment(String template, String variable, Object value) {
		String segment = String.valueOf(value);
		Assert.isTrue(!segment.isEmpty() && segment.indexOf('.') < 0,
				() -> "the variable " + variable + " of '" + template + "' must be one segment, with no dot in it");
		return segment;
	}

}
