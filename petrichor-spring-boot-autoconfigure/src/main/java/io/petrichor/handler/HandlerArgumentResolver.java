package io.petrichor.handler;

import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;

/**
 * Binds parameters of handler methods that the built-in rules do not know. Beans of this
 * type are asked in their order, before the built-in rules; once for each parameter, at
 * start-up.
 *
 * @since 0.1.0
 */
public interface HandlerArgumentResolver {

	/**
	 * Whether this resolver binds the parameter.
	 * @param parameter the parameter
	 * @return true to be asked for its value with every request
	 */
	boolean supportsParameter(MethodParameter parameter);

	/**
	 * The value of a parameter for a request.
	 * @param parameter the parameter
	 * @param request the request
	 * @return the value
	 * @throws Exception to answer with an error
	 */
	@Nullable Object resolveArgument(MethodParameter parameter, Request request) throws Exception;

}
