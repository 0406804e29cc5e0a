package io.petrichor.client;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.convert.ConversionService;
import org.springframework.util.StringValueResolver;

import io.petrichor.client.PetrichorClient.RequestSpec;
import io.petrichor.handler.PetrichorHandler;

/**
 * The route of a method: fixed, or with variables that some of its parameters fill.
 */
final class ExchangeRoute {

	private final String text;

	/** The variables with their braces, in the order of the route. */
	private final List<String> variables;

	/** For each variable the parameter that fills it, or -1. */
	private final int[] parameters;

	private final ConversionService conversions;

	private ExchangeRoute(String text, List<String> variables, ConversionService conversions) {
		this.text = text;
		this.variables = variables;
		this.parameters = variables.stream().mapToInt((variable) -> -1).toArray();
		this.conversions = conversions;
	}

	static ExchangeRoute of(Method method, Class<?> type, StringValueResolver placeholders,
			ConversionService conversions) {
		@Nullable PetrichorHandler ofType = AnnotatedElementUtils.findMergedAnnotation(type, PetrichorHandler.class);
		@Nullable PetrichorHandler ofMethod = AnnotatedElementUtils.findMergedAnnotation(method, PetrichorHandler.class);
		String prefix = (ofType != null) ? ofType.route() : "";
		String own = (ofMethod != null) ? ofMethod.route() : "";
		String separator = (prefix.isEmpty() || own.isEmpty()) ? "" : ".";
		String text = String.valueOf(placeholders.resolveStringValue(prefix + separator + own));
		List<String> variables = new ArrayList<>();
		for (String segment : text.split("\\.", -1)) {
			if (segment.length() > 2 && segment.indexOf('{') == 0 && segment.lastIndexOf('{') == 0
					&& segment.indexOf('}') == segment.length() - 1) {
				variables.add(segment);
			}
			else if (segment.indexOf('{') >= 0 || segment.indexOf('}') >= 0) {
				throw new InvalidExchangeException(method, "has '%s' in its route.".formatted(segment),
						"A variable is a whole segment between dots, a name in braces.");
			}
		}
		return new ExchangeRoute(text, variables, conversions);
	}

	/** Have a parameter fill a variable; false if there is none of that name. */
	boolean fill(String name, int parameter) {
		int variable = this.variables.indexOf("{" + name + "}");
		if (variable >= 0) {
			this.parameters[variable] = parameter;
		}
		return variable >= 0;
	}

	/** The variables that no parameter fills. */
	List<String> unfilled() {
		List<String> unfilled = new ArrayList<>();
		for (int i = 0; i < this.parameters.length; i++) {
			if (this.parameters[i] < 0) {
				unfilled.add(this.variables.get(i));
			}
		}
		return unfilled;
	}

	/** Begin a call. */
	RequestSpec begin(PetrichorClient client, @Nullable Object[] arguments) {
		if (this.parameters.length == 0) {
			return this.text.isEmpty() ? client.request() : client.to(this.text);
		}
		Object[] values = new Object[this.parameters.length];
		for (int i = 0; i < values.length; i++) {
			@Nullable Object argument = arguments[this.parameters[i]];
			@Nullable String value = (argument != null) ? this.conversions.convert(argument, String.class) : null;
			if (value == null) {
				throw new IllegalArgumentException(
						"the variable %s of '%s' must not be null".formatted(this.variables.get(i), this.text));
			}
			values[i] = value;
		}
		return client.to(this.text, values);
	}

	@Override
	public String toString() {
		return this.text;
	}

}
