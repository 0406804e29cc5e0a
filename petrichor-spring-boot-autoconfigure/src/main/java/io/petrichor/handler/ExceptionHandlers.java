package io.petrichor.handler;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ExceptionDepthComparator;

/**
 * The exception handlers of one class.
 */
final class ExceptionHandlers {

	private static final int DEEPEST_CAUSE = 16;

	private final Map<Class<? extends Throwable>, HandlerMethod> methods;

	/** What was found, also if it was nothing. As many as there are exception classes. */
	private final Map<Class<? extends Throwable>, Optional<HandlerMethod>> closest = new ConcurrentHashMap<>();

	ExceptionHandlers(Map<Class<? extends Throwable>, HandlerMethod> methods) {
		this.methods = methods;
	}

	/**
	 * Ask the method for the closest type: that of the failure, else that of its cause.
	 * @return what the method returned, empty if there is no method for the failure
	 */
	Optional<Answer> answer(Request request, Throwable failure) throws Exception {
		@Nullable Throwable cause = failure;
		for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
			Optional<HandlerMethod> method = this.closest.computeIfAbsent(cause.getClass(), this::find);
			if (method.isPresent()) {
				return Optional.of(new Answer(method.get().call(request, cause)));
			}
			cause = cause.getCause();
		}
		return Optional.empty();
	}

	private Optional<HandlerMethod> find(Class<? extends Throwable> type) {
		return this.methods.keySet()
			.stream()
			.filter((candidate) -> candidate.isAssignableFrom(type))
			.min(new ExceptionDepthComparator(type))
			.map(this.methods::get);
	}

	/**
	 * What a method returned.
	 *
	 * @param value a value to reply with
	 */
	record Answer(@Nullable Object value) {
	}

}
