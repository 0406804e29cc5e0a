package io.petrichor.server;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Tells servers that stop of the next signal to end the process: who sends one more has
 * lost patience. What the signal does otherwise, it still does. Works where the JVM has
 * {@code sun.misc.Signal}, which has no successor, and may handle signals; elsewhere
 * nothing happens.
 */
final class NextSignal {

	private static final Log logger = LogFactory.getLog(NextSignal.class);

	private static final List<String> NAMES = List.of("TERM", "INT");

	/** Who wants to know. */
	private static final Set<Runnable> waiting = new LinkedHashSet<>();

	/** Who handled the signals before. */
	private static final Map<String, Object> before = new LinkedHashMap<>();

	private NextSignal() {
	}

	static synchronized void await(Runnable afterwards) {
		if (waiting.isEmpty()) {
			NAMES.forEach(NextSignal::listen);
		}
		waiting.add(afterwards);
	}

	static synchronized void forget(Runnable afterwards) {
		if (waiting.remove(afterwards) && waiting.isEmpty()) {
			before.forEach(NextSignal::restore);
			before.clear();
		}
	}

	private static void listen(String name) {
		try {
			Class<?> type = Class.forName("sun.misc.SignalHandler");
			Object handler = Proxy.newProxyInstance(NextSignal.class.getClassLoader(), new Class<?>[] { type },
					(proxy, method, arguments) -> switch (method.getName()) {
						case "handle" -> received(name, method, arguments);
						case "equals" -> proxy == arguments[0];
						case "hashCode" -> System.identityHashCode(proxy);
						default -> "next " + name;
					});
			before.put(name, handle(name, handler));
		}
		catch (ReflectiveOperationException | IllegalArgumentException ex) {
			logger.debug("A second signal " + name + " will not be noticed", ex);
		}
	}

	private static void restore(String name, Object handler) {
		try {
			handle(name, handler);
		}
		catch (ReflectiveOperationException | IllegalArgumentException ex) {
			logger.debug("Signal " + name + " is not handled as before", ex);
		}
	}

	/** Who handled it before. */
	private static Object handle(String name, Object handler) throws ReflectiveOperationException {
		Class<?> signal = Class.forName("sun.misc.Signal");
		Method handle = signal.getMethod("handle", signal, Class.forName("sun.misc.SignalHandler"));
		return handle.invoke(null, signal.getConstructor(String.class).newInstance(name), handler);
	}

	private static Object received(String name, Method handle, Object[] signal) throws ReflectiveOperationException {
		List<Runnable> told;
		Object previous;
		synchronized (NextSignal.class) {
			told = new ArrayList<>(waiting);
			previous = before.get(name);
		}
		told.forEach(Runnable::run);
		return (previous != null) ? handle.invoke(previous, signal) : name;
	}

}
