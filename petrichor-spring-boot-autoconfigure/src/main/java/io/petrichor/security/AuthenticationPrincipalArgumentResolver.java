package io.petrichor.security;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.expression.Expression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.StandardEvaluationContext;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

import io.petrichor.handler.HandlerArgumentResolver;
import io.petrichor.handler.Request;

/**
 * Binds what is marked with {@link AuthenticationPrincipal}, or with an annotation that
 * is, as Spring Security does it elsewhere: null if the principal is of another type.
 *
 * @since 0.1.0
 */
public final class AuthenticationPrincipalArgumentResolver implements HandlerArgumentResolver {

	private final SpelExpressionParser parser = new SpelExpressionParser();

	private final BeanFactoryResolver beans;

	private final Map<MethodParameter, Wanted> wanted = new ConcurrentHashMap<>();

	/**
	 * Create the resolver.
	 * @param beans the beans that expressions may name
	 */
	public AuthenticationPrincipalArgumentResolver(BeanFactory beans) {
		this.beans = new BeanFactoryResolver(beans);
	}

	@Override
	public boolean supportsParameter(MethodParameter parameter) {
		MergedAnnotation<AuthenticationPrincipal> annotation = MergedAnnotations
			.from(parameter.getParameterAnnotations())
			.get(AuthenticationPrincipal.class);
		if (!annotation.isPresent()) {
			return false;
		}
		String expression = annotation.getString("expression");
		this.wanted.put(parameter,
				new Wanted(ClassUtils.resolvePrimitiveIfNecessary(parameter.getParameterType()),
						StringUtils.hasText(expression) ? this.parser.parseExpression(expression) : null,
						annotation.getBoolean("errorOnInvalidType")));
		return true;
	}

	@Override
	public @Nullable Object resolveArgument(MethodParameter parameter, Request request) {
		Wanted wanted = this.wanted.get(parameter);
		@Nullable Object principal = Authentications.of(request.connection()).getPrincipal();
		if (wanted == null || principal == null) {
			return null;
		}
		@Nullable Object value = (wanted.expression() != null) ? evaluate(wanted.expression(), principal) : principal;
		if (value == null || wanted.type().isInstance(value)) {
			return value;
		}
		if (wanted.errorOnInvalidType()) {
			throw new ClassCastException(
					"The principal is a %s, not a %s".formatted(value.getClass().getName(), wanted.type().getName()));
		}
		return null;
	}

	private @Nullable Object evaluate(Expression expression, Object principal) {
		StandardEvaluationContext context = new StandardEvaluationContext(principal);
		context.setBeanResolver(this.beans);
		return expression.getValue(context);
	}

	/**
	 * What a parameter wants of the principal.
	 *
	 * @param type its type
	 * @param expression what to take of it, or null for all of it
	 * @param errorOnInvalidType whether another type is an error, and not null
	 */
	private record Wanted(Class<?> type, @Nullable Expression expression, boolean errorOnInvalidType) {
	}

}
