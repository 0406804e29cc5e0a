package io.petrichor.handler;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.petrichor.protocol.ErrorCode;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;

/**
 * How a request ended: one name for each error code of the protocol, and one for all
 * codes of applications, so that there is a bounded number.
 *
 * @since 0.1.0
 */
public enum Outcome {

	/** Answered without an error. */
	SUCCESS,

	/** Answered {@link ErrorCode#BAD_REQUEST}. */
	BAD_REQUEST,

	/** Answered {@link ErrorCode#DENIED}. */
	DENIED,

	/** Answered {@link ErrorCode#NO_ROUTE}. */
	NO_ROUTE,

	/** Answered {@link ErrorCode#CONFLICT}. */
	CONFLICT,

	/** Answered {@link ErrorCode#TOO_BIG}. */
	TOO_BIG,

	/** Answered {@link ErrorCode#BUSY}. */
	BUSY,

	/** Answered {@link ErrorCode#GOING}. */
	GOING,

	/** Answered {@link ErrorCode#TIMEOUT}. */
	TIMEOUT,

	/** Answered {@link ErrorCode#CANCELLED}. */
	CANCELLED,

	/** Answered {@link ErrorCode#INTERNAL}. */
	INTERNAL,

	/** Answered with an error code that is the application's own. */
	APP,

	/** Not answered, because the connection was closed before. */
	ABANDONED;

	private static final Map<String, Outcome> BY_CODE = Arrays.stream(ErrorCode.values())
		.collect(Collectors.toUnmodifiableMap(ErrorCode::wireName, (code) -> Outcome.valueOf(code.name())));

	private final String tag = name().toLowerCase(Locale.ROOT);

	/**
	 * How a request ended that was answered with this header.
	 * @param reply the header of the last reply
	 * @return the outcome
	 */
	public static Outcome of(Header reply) {
		if (reply.isEmpty()) {
			return SUCCESS;
		}
		@Nullable String code = reply.text(HeaderKeys.ERROR);
		return (code == null) ? SUCCESS : BY_CODE.getOrDefault(code, APP);
	}

	/**
	 * The outcome in a word, as meters and spans have it.
	 * @return {@code success}, {@code abandoned}, one of the ten error codes, or
	 * {@code app}
	 */
	public String tag() {
		return this.tag;
	}

}
