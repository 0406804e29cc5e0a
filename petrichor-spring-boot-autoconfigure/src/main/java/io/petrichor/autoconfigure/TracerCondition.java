package io.petrichor.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.ClassUtils;

/**
 * Matches where there is a tracer that traces. Spring Boot defines one that does nothing
 * where there is no other.
 */
final class TracerCondition extends SpringBootCondition implements ConfigurationCondition {

	static final String TRACER = "io.micrometer.tracing.Tracer";

	private static final String NOOP = "noopTracer";

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Tracer");
		var beans = context.getBeanFactory();
		if (beans != null) {
			Class<?> type = ClassUtils.resolveClassName(TRACER, context.getClassLoader());
			for (String name : beans.getBeanNamesForType(type, true, false)) {
				if (!name.equals(NOOP)) {
					return ConditionOutcome.match(message.foundExactly("bean " + name));
				}
			}
		}
		return ConditionOutcome.noMatch(message.because("there is none that traces"));
	}

}
