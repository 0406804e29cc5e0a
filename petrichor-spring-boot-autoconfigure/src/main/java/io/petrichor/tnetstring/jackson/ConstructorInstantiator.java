package io.petrichor.tnetstring.jackson;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.ValueInstantiator;
import tools.jackson.databind.deser.std.StdValueInstantiator;

/**
 * Calls the constructor of a record, or of another class that is made of its arguments,
 * through a handle that was adapted once, where Jackson adapts it for each object.
 */
final class ConstructorInstantiator extends StdValueInstantiator {

	private final MethodHandle constructor;

	private ConstructorInstantiator(StdValueInstantiator original, MethodHandle constructor) {
		super(original);
		this.constructor = constructor;
	}

	/** One that does as the original does, or the original if that is not possible. */
	static ValueInstantiator of(ValueInstantiator original) {
		if (original.getClass() != StdValueInstantiator.class || original.getWithArgsCreator() == null
				|| !(original.getWithArgsCreator().getAnnotated() instanceof Constructor<?> constructor)) {
			return original;
		}
		try {
			MethodHandle handle = MethodHandles.lookup()
				.unreflectConstructor(constructor)
				.asFixedArity()
				.asSpreader(Object[].class, constructor.getParameterCount())
				.asType(MethodType.methodType(Object.class, Object[].class));
			return new ConstructorInstantiator((StdValueInstantiator) original, handle);
		}
		catch (IllegalAccessException ex) {
			return original;
		}
	}

	@Override
	public @Nullable Object createFromObjectWith(DeserializationContext context, @Nullable Object[] arguments) {
		try {
			return (Object) this.constructor.invokeExact(arguments);
		}
		catch (Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			return context.handleInstantiationProblem(getValueClass(), arguments, rewrapCtorProblem(context, ex));
		}
	}

}
