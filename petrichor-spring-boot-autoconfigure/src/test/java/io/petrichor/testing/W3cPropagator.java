package io.petrichor.testing;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;

/**
 * Brings traces in and out as {@code traceparent} and {@code tracestate}, which the test
 * tracer itself does not.
 */
public final class W3cPropagator implements Propagator {

	private static final Pattern TRACEPARENT = Pattern.compile("00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}");

	private final Tracer tracer;

	/** Of each trace, since the contexts of the test tracer have no place for it. */
	private final Map<String, String> states = new ConcurrentHashMap<>();

	/**
	 * Create a propagator.
	 * @param tracer makes the spans
	 */
	public W3cPropagator(Tracer tracer) {
		this.tracer = tracer;
	}

	@Override
	public List<String> fields() {
		return List.of("traceparent", "tracestate");
	}

	@Override
	public <C> void inject(TraceContext context, C carrier, Setter<C> setter) {
		setter.set(carrier, "traceparent",
				"00-%32s-%16s-01".formatted(context.traceId(), context.spanId()).replace(' ', '0'));
		String state = this.states.get(context.traceId());
		if (state != null) {
			setter.set(carrier, "tracestate", state);
		}
	}

	@Override
	public <C> Span.Builder extract(C carrier, Getter<C> getter) {
		String parent = getter.get(carrier, "traceparent");
		Matcher matcher = TRACEPARENT.matcher((parent != null) ? parent : "");
		Span.Builder span = this.tracer.spanBuilder();
		if (!matcher.matches()) {
			return span;
		}
		String state = getter.get(carrier, "tracestate");
		if (state != null) {
			this.states.put(matcher.group(1), state);
		}
		return span.setParent(this.tracer.traceContextBuilder()
			.traceId(matcher.group(1))
			.spanId(matcher.group(2))
			.sampled(true)
			.build());
	}

}
