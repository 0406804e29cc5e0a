package io.petrichor.handler;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;

import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.Message;

/**
 * What a peer is told when a request fails: the one place that decides it, whether the
 * handler threw or what it returned failed later.
 */
final class ErrorReplies {

	/** Without any rules of the application. */
	static final ErrorReplies PLAIN = new ErrorReplies(List.of(), List.of());

	private static final Map<String, Header> HEADERS = headers();

	private static final Log logger = LogFactory.getLog(ErrorReplies.class);

	static final Message BUSY = reply(ErrorCode.BUSY, "too much to do; not executed");

	static final Message GOING = reply(ErrorCode.GOING, "this side is going; not executed");

	static final Message TOO_BIG = reply(ErrorCode.TOO_BIG, "the reply is over the limit");

	static final Message CANCELLED = reply(ErrorCode.CANCELLED, "cancelled");

	static final Message CONFLICT = reply(ErrorCode.CONFLICT, "a request with this id is still in flight");

	static final Message TIMEOUT = reply(ErrorCode.TIMEOUT, "the time for this request is over");

	private final List<ExceptionHandlers> advice;

	private final List<ExceptionTranslator> translators;

	ErrorReplies(List<ExceptionHandlers> advice, List<ExceptionTranslator> translators) {
		this.advice = advice;
		this.translators = translators;
	}

	/**
	 * What to reply with instead of what failed: usually a {@link PetrichorError}.
	 */
	@Nullable Object answer(Request request, Throwable failure) {
		Throwable cause = unwrap(failure);
		request.failed(cause);
		try {
			Optional<ExceptionHandlers.Answer> answer = ask(request, cause);
			if (answer.isPresent()) {
				return answer.get().value();
			}
			return (cause instanceof PetrichorException ex) ? ex.error() : internal(request, cause);
		}
		catch (Throwable ex) {
			if (ex != cause) {
				ex.addSuppressed(cause);
			}
			return internal(request, ex);
		}
	}

	private Optional<ExceptionHandlers.Answer> ask(Request request, Throwable failure) throws Exception {
		@Nullable ExceptionHandlers own = request.target().failures();
		Optional<ExceptionHandlers.Answer> answer = (own != null) ? own.answer(request, failure) : Optional.empty();
		for (int i = 0; answer.isEmpty() && i < this.advice.size(); i++) {
			answer = this.advice.get(i).answer(request, failure);
		}
		for (int i = 0; answer.isEmpty() && i < this.translators.size(); i++) {
			@Nullable PetrichorError error = this.translators.get(i).translate(failure, request);
			answer = Optional.ofNullable(error).map(ExceptionHandlers.Answer::new);
		}
		return answer;
	}

	/** The peer gets a reference; the log has the reference and all the rest. */
	PetrichorError internal(Request request, Throwable failure) {
		String reference = "%08x".formatted(ThreadLocalRandom.current().nextInt());
		String route = request.route().isEmpty() ? "the default route" : "route '" + request.route() + "'";
		logger.error("Handler of %s failed, reference %s".formatted(route, reference), failure);
		return PetrichorError.of(ErrorCode.INTERNAL, "internal error, reference " + reference);
	}

	private static Map<String, Header> headers() {
		Map<String, Header> headers = new HashMap<>();
		for (ErrorCode code : ErrorCode.values()) {
			headers.put(code.wireName(), Header.of(HeaderKeys.ERROR, code.wireName()));
		}
		return headers;
	}

	private static Message reply(ErrorCode code, String sentence) {
		return Message.of(header(PetrichorError.of(code, sentence)), sentence);
	}

	static Header header(PetrichorError error) {
		if (error.retryAfter() == null) {
			@Nullable Header known = HEADERS.get(error.code());
			return (known != null) ? known : Header.of(HeaderKeys.ERROR, error.code());
		}
		Map<String, Object> header = new LinkedHashMap<>();
		header.put(HeaderKeys.ERROR, error.code());
		header.put(HeaderKeys.RETRY, error.retryAfter().toMillis());
		return Header.of(header);
	}

	private static Throwable unwrap(Throwable failure) {
		Throwable unwrapped = Exceptions.unwrap(failure);
		boolean wrapper = unwrapped instanceof CompletionException || unwrapped instanceof ExecutionException;
		return (wrapper && unwrapped.getCause() != null) ? unwrapped.getCause() : unwrapped;
	}

}
