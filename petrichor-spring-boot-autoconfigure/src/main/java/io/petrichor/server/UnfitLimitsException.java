package io.petrichor.server;

import java.time.Duration;

import org.springframework.boot.diagnostics.FailureAnalyzedException;

/**
 * Two limits of the server do not fit each other.
 *
 * @since 0.1.0
 */
public class UnfitLimitsException extends FailureAnalyzedException {

	private static final long serialVersionUID = 1L;

	UnfitLimitsException(String small, long smallValue, String large, long largeValue, int times) {
		super("The limits of the Petrichor server do not fit each other: '%s' is %d bytes, and '%s' is %d bytes, less than %d times as much."
			.formatted(small, smallValue, large, largeValue, times),
				"Make '%s' smaller, or '%s' larger.".formatted(small, large));
	}

	private UnfitLimitsException(String shorter, Duration shorterValue, String longer, Duration longerValue) {
		super("The limits of the Petrichor server do not fit each other: '%s' is %s, and '%s' is %s, which is not longer."
			.formatted(shorter, shorterValue, longer, longerValue),
				"Make '%s' shorter, or '%s' longer.".formatted(shorter, longer));
	}

	static void checkShorter(String shorter, Duration shorterValue, String longer, Duration longerValue) {
		if (shorterValue.compareTo(longerValue) >= 0) {
			throw new UnfitLimitsException(shorter, shorterValue, longer, longerValue);
		}
	}

	static void check(String small, long smallValue, String large, long largeValue, int times) {
		if (smallValue > largeValue / times) {
			throw new UnfitLimitsException(small, smallValue, large, largeValue, times);
		}
	}

}
