package io.petrichor.handler;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.List;

import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.annotation.ReflectiveProcessor;

import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

/**
 * What a native image has to know of handler methods: that they are called, and the types
 * that they read from bodies and write to them.
 */
final class HandlerMethodHints implements ReflectiveProcessor {

	private static final List<String> LIBRARIES = List.of("java.", "reactor.", "org.reactivestreams.", "tools.jackson.",
			PetrichorHandler.class.getPackageName() + ".", Message.class.getPackageName() + ".",
			TNetstring.class.getPackageName() + ".");

	private final BindingReflectionHintsRegistrar bindings = new BindingReflectionHintsRegistrar();

	@Override
	public void registerReflectionHints(ReflectionHints hints, AnnotatedElement element) {
		if (element instanceof Method method) {
			hints.registerMethod(method, ExecutableMode.INVOKE);
			for (int i = 0; i < method.getParameterCount(); i++) {
				bind(hints, method.getGenericParameterTypes()[i]);
			}
			bind(hints, method.getGenericReturnType());
		}
		else if (element instanceof Class<?> type) {
			hints.registerType(type);
		}
	}

	/** The type, or what it holds: a {@code Mono<Order>} is about orders. */
	private void bind(ReflectionHints hints, Type type) {
		if (type instanceof ParameterizedType generic) {
			bind(hints, generic.getRawType());
			for (Type argument : generic.getActualTypeArguments()) {
				bind(hints, argument);
			}
		}
		else if (type instanceof WildcardType wildcard) {
			bind(hints, wildcard.getUpperBounds()[0]);
		}
		else if (type instanceof GenericArrayType array) {
			bind(hints, array.getGenericComponentType());
		}
		else if (type instanceof Class<?> bound && isOfApplication(bound)) {
			this.bindings.registerReflectionHints(hints, bound);
		}
	}

	private static boolean isOfApplication(Class<?> type) {
		Class<?> element = type.isArray() ? type.getComponentType() : type;
		return !element.isPrimitive() && !Throwable.class.isAssignableFrom(element)
				&& LIBRARIES.stream().noneMatch(element.getName()::startsWith);
	}

}
