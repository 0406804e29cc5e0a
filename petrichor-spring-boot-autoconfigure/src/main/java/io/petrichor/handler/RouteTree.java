package io.petrichor.handler;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Finds the routes that have variables, segment by segment: a fixed one goes before a
 * variable, the first difference from the left decides. Immutable once it is filled.
 */
final class RouteTree {

	private final Node root = new Node();

	/**
	 * Add a route.
	 * @return the route that has this place already, if there is one
	 */
	@Nullable Route add(Route route, RoutePattern pattern) {
		Node node = this.root;
		for (String segment : pattern.segments()) {
			node = node.child(segment);
		}
		Route taken = node.route;
		if (taken == null) {
			node.route = route;
		}
		return taken;
	}

	@Nullable Route find(String route) {
		return this.root.find(route, 0);
	}

	private static final class Node {

		private final Map<String, Node> fixed = new HashMap<>();

		private @Nullable Node variable;

		private @Nullable Route route;

		Node child(String segment) {
			if (!RoutePattern.isVariable(segment)) {
				return this.fixed.computeIfAbsent(segment, (key) -> new Node());
			}
			Node variable = this.variable;
			if (variable == null) {
				variable = new Node();
				this.variable = variable;
			}
			return variable;
		}

		@Nullable Route find(String route, int from) {
			if (from > route.length()) {
				return this.route;
			}
			int end = RoutePattern.endOfSegment(route, from);
			Node next = this.fixed.isEmpty() ? null : this.fixed.get(route.substring(from, end));
			Route found = (next != null) ? next.find(route, end + 1) : null;
			if (found == null && this.variable != null && end > from) {
				found = this.variable.find(route, end + 1);
			}
			return found;
		}

	}

}
