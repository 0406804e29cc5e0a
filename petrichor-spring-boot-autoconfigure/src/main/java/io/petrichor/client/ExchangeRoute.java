package io.petrichor.client;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.convert.ConversionService;
import org.springframework.util.Assert;
import org.springframework.util.StringValueResolver;

import io.petrichor.handler.PetrichorHandler;

/**
 * The route of a method: fixed, or with variables that some of its parameters fill.
 */
final class ExchangeRoute {

	private final String text;

	/** The segments between the dots, or null if none is a variable. */
	private final String @Nullable [] segments;

	/** For each segment the parameter that fills it, or null if it is fixed. */
	private final @Nullable Variable[] variables;

	private ExchangeRoute(String text, String @Nullable [] segments) {
		this.text = text;
		this.segments = segments;
		this.variables = new @Nullable Variable[(segments != null) ? segments.length : 0];
	}

	static ExchangeRoute of(Method method, Class<?> type, StringValueResolver placeholders) {
		@Nullable PetrichorHandler ofType = AnnotatedElementUtils.findMergedAnnotation(type, PetrichorHandler.class);
		@Nullable PetrichorHandler ofMethod = AnnotatedElementUtils.findMergedAnnotation(method, PetrichorHandler.class);
		String prefix = (ofType != null) ? ofType.route() : "";
		String own = (ofMethod != null) ? ofMethod.route() : "";
		String separator = (prefix.isEmpty() || own.isEmpty()) ? "" : ".";
		String text = String.valueOf(placeholders.resolveStringValue(prefix + separator + own));
		String[] segments = text.split("\\.", -1);
		boolean fixed = true;
		for (String segment : segments) {
			boolean variable = isVariable(segment);
			if (!variable && (segment.indexOf('{') >= 0 || segment.indexOf('}') >= 0)) {
				throw new InvalidExchangeException(method, "has '%s' in its route.".formatted(segment),
						"A variable is a whole segment between dots, a name in braces.");
			}
			fixed &= !variable;
		}
		return new ExchangeRoute(text, fixed ? null : segments);
	}

	private static boolean isVariable(String segment) {
		return segment.length() > 2 && segment.indexOf('{') == 0 && segment.indexOf('}') == segment.length() - 1
				&& segment.lastIndexOf('{') == 0;
	}

	/** Have a parameter fill a variable; false if there is none of that name. */
	boolean fill(String name, int parameter, ConversionService conversions) {
		int segment = (this.segments != null) ? Arrays.asList(this.segments).indexOf("{" + name + "}") : -1;
		if (segment >= 0) {
			this.variables[segment] = new Variable(name, parameter, conversions);
		}
		return segment >= 0;
	}

	/** The variables that no parameter fills. */
	List<String> unfilled() {
		List<String> unfilled = new ArrayList<>();
		for (int i = 0; this.segments != null && i < this.segments.length; i++) {
			if (this.variables[i] == null && isVariable(this.segments[i])) {
				unfilled.add(this.segments[i]);
			}
		}
		return unfilled;
	}

	/** The route of a call. */
	String expand(@Nullable Object[] arguments) {
		if (this.segments == null) {
			return this.text;
		}
		StringBuilder route = new StringBuilder();
		for (int i = 0; i < this.segments.length; i++) {
			Variable variable = this.variables[i];
			route.append((i == 0) ? "" : ".").append((variable != null) ? variable.value(arguments) : this.segments[i]);
		}
		return route.toString();
	}

	@Override
	public String toString() {
		return this.text;
	}

	/**
	 * A variable, and the parameter that fills it.
	 */
	private record Variable(String name, int parameter, ConversionService conversions) {

		/** A value with a dot would be a call of something else. */
		String value(@Nullable Object[] arguments) {
			@Nullable Object argument = arguments[this.parameter];
			@Nullable String value = (argument != null) ? this.conversions.convert(argument, String.class) : null;
			Assert.isTrue(value != null && !value.isEmpty() && value.indexOf('.') < 0,
					() -> "'%s' cannot be the route variable '%s': it is one segment, without dots".formatted(argument,
							this.name));
			return String.valueOf(value);
		}

	}

}
