package io.petrichor.handler;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a peer is told of a body whose fields are not as they should be.
 */
final class BindingFailure {

	private BindingFailure() {
	}

	/**
	 * The body of the reply.
	 * @param message the failure in a sentence
	 * @param fields what is wrong, by the path of the field
	 * @return a dictionary of {@code message} and {@code fields}
	 */
	static Map<String, Object> of(String message, Map<String, String> fields) {
		Map<String, Object> body = new LinkedHashMap<>();
		body.put("message", message);
		body.put("fields", fields);
		return body;
	}

}
