package io.petrichor.handler;

import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.BaseStream;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.ResolvableType;

import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

/**
 * Turns what a handler returned into the reply, now or when it is there.
 */
final class ReturnValues {

	/** The reply to a handler that returns nothing. */
	static final TNetstring NOTHING = TNetstring.EMPTY;

	private final HandlerRegistry registry;

	private final Bodies bodies;

	private final int maxList;

	/**
	 * Create it.
	 * @param registry knows what to answer when something fails
	 * @param bodies writes values
	 * @param maxList the most bytes of a stream that is gathered into one list
	 */
	ReturnValues(HandlerRegistry registry, Bodies bodies, int maxList) {
		this.registry = registry;
		this.bodies = bodies;
		this.maxList = maxList;
	}

	/**
	 * Whether what a method returns can become a reply.
	 * @throws UnbindableHandlerException if it cannot
	 */
	static void check(Method method, Bodies bodies) {
		ResolvableType type = ResolvableType.forMethodReturnType(method);
		while (isContainer(type.toClass()) && type.hasGenerics()) {
			type = type.getGeneric(type.getGenerics().length - 1);
		}
		Class<?> raw = type.toClass();
		if (Runnable.class.isAssignableFrom(raw) || Callable.class.isAssignableFrom(raw)) {
			throw new UnbindableHandlerException(method, "returns something that is run, and not a value.",
					"Return the value, since handlers may block, or a Mono or CompletionStage of it.");
		}
		if (raw != void.class && raw != Void.class && raw != Message.class && raw != PetrichorError.class
				&& !isContainer(raw) && Bodies.isObject(raw) && !bodies.knowsObjects()) {
			throw new UnbindableHandlerException(method,
					"returns something that cannot be written. %s.".formatted(Bodies.missing(raw)),
					"Return a type that can be written without it.");
		}
	}

	private static boolean isContainer(Class<?> type) {
		return Publisher.class.isAssignableFrom(type) || CompletionStage.class.isAssignableFrom(type)
				|| Optional.class == type || BaseStream.class.isAssignableFrom(type)
				|| Iterator.class.isAssignableFrom(type) || Collection.class.isAssignableFrom(type)
				|| Map.class.isAssignableFrom(type) || CharSequence.class.isAssignableFrom(type)
				|| ByteBuffer.class.isAssignableFrom(type) || InputStream.class.isAssignableFrom(type);
	}

	void reply(Request request, @Nullable Object value) {
		if (value instanceof TNetstring encoded) {
			request.complete(Header.EMPTY, encoded);
		}
		else if (value == null || value instanceof byte[] || value instanceof String) {
			request.complete(Header.EMPTY, TNetstring.of(value));
		}
		else if (value instanceof Message message) {
			request.complete(last(message.header()), message.body());
		}
		else if (value instanceof PetrichorError error) {
			request.complete(ErrorReplies.header(error), this.bodies.write(error.body()));
		}
		else if (value instanceof Mono<?> mono) {
			await(request, mono);
		}
		else if (value instanceof Publisher<?> publisher) {
			stream(request, Flux.from(publisher));
		}
		else if (value instanceof CompletionStage<?> stage) {
			await(request, stage);
		}
		else if (value instanceof Optional<?> optional) {
			reply(request, optional.orElse(null));
		}
		else if (value instanceof BaseStream<?, ?> stream) {
			stream(request, stream.iterator(), stream);
		}
		else if (value instanceof Iterator<?> iterator) {
			stream(request, iterator, (iterator instanceof AutoCloseable resource) ? resource : () -> {
			});
		}
		else {
			request.complete(Header.EMPTY, this.bodies.write(value));
		}
	}

	/**
	 * Answer for what failed; on whatever thread it failed.
	 */
	void fail(Request request, Throwable failure) {
		if (request.isDone()) {
			return;
		}
		ErrorReplies errors = this.registry.errors();
		try {
			reply(request, errors.answer(request, failure));
		}
		catch (Throwable ex) {
			PetrichorError error = errors.internal(request, ex);
			request.complete(ErrorReplies.header(error), TNetstring.of(error.body()));
		}
	}

	TNetstring write(@Nullable Object value) {
		return this.bodies.write(value);
	}

	private void await(Request request, Mono<?> mono) {
		request.detach();
		request.work(mono.subscribe((value) -> replyLate(request, value), (failure) -> fail(request, failure),
				() -> request.complete(Header.EMPTY, NOTHING)));
	}

	private void await(Request request, CompletionStage<?> stage) {
		CompletableFuture<?> future = stage.toCompletableFuture();
		request.detach();
		request.work(() -> future.cancel(true));
		stage.whenComplete((value, failure) -> {
			if (failure != null) {
				fail(request, failure);
			}
			else {
				replyLate(request, value);
			}
		});
	}

	private void replyLate(Request request, @Nullable Object value) {
		try {
			reply(request, value);
		}
		catch (Throwable ex) {
			fail(request, ex);
		}
	}

	private void stream(Request request, Flux<?> values) {
		if (request.takesStream()) {
			request.detach();
			values.subscribe(new FluxReply(request, this));
		}
		else {
			GatheredReply list = new GatheredReply(this.bodies, this.maxList);
			await(request, values.doOnNext(list::add).then(Mono.fromSupplier(list::list)));
		}
	}

	private void stream(Request request, Iterator<?> values, AutoCloseable source) {
		if (request.takesStream()) {
			request.detach();
			new IteratorReply(request, this, values, source).start();
		}
		else {
			GatheredReply list = new GatheredReply(this.bodies, this.maxList);
			RequestObservation.Scope context = ContextCapture.restore(values);
			try (source) {
				values.forEachRemaining(list::add);
				request.complete(Header.EMPTY, list.list());
			}
			catch (Exception ex) {
				fail(request, ex);
			}
			finally {
				context.close();
			}
		}
	}

	/** A last reply never says that others follow, whatever the handler put there. */
	private static Header last(Header header) {
		if (!header.has(HeaderKeys.MORE)) {
			return header;
		}
		Map<String, @Nullable Object> values = new LinkedHashMap<>(header.asMap());
		values.remove(HeaderKeys.MORE);
		return Header.of(values);
	}

}
