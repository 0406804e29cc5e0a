package io.petrichor.client;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.GenericTypeResolver;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.StringValueResolver;

import io.petrichor.client.PetrichorClient.RequestSpec;
import io.petrichor.handler.PetrichorExchange;

/**
 * A method of an interface as a call: its route, its parameters and its outcome, all
 * decided before the first call.
 */
final class Exchange {

	private final PetrichorClient client;

	private final ExchangeRoute route;

	private final ExchangeParameters.Target[] parameters;

	private final Function<RequestSpec, @Nullable Object> outcome;

	private Exchange(PetrichorClient client, ExchangeRoute route, ExchangeParameters.Target[] parameters,
			Function<RequestSpec, @Nullable Object> outcome) {
		this.client = client;
		this.route = route;
		this.parameters = parameters;
		this.outcome = outcome;
	}

	static Exchange of(Method method, Class<?> type, PetrichorClient client, ExchangeParameters parameters,
			StringValueResolver placeholders) {
		ExchangeRoute route = ExchangeRoute.of(method, type, placeholders, parameters.conversions());
		return new Exchange(client, route, parameters.of(method, type, route), outcome(method, type, client));
	}

	@Nullable Object call(@Nullable Object[] arguments) {
		RequestSpec call = this.route.begin(this.client, arguments);
		for (int i = 0; i < this.parameters.length; i++) {
			this.parameters[i].set(call, arguments[i]);
		}
		return this.outcome.apply(call);
	}

	private static Function<RequestSpec, @Nullable Object> outcome(Method method, Class<?> type,
			PetrichorClient client) {
		ResolvableType declared = ResolvableType.forMethodReturnType(method, type);
		Class<?> raw = declared.toClass();
		boolean wrapped = raw == CompletableFuture.class || raw == CompletionStage.class || raw == Mono.class
				|| raw == Flux.class || raw == Publisher.class;
		ResolvableType value = wrapped ? declared.getGeneric() : declared;
		if (MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY)
			.get(PetrichorExchange.class)
			.getBoolean("oneway")) {
			return oneway(method, raw, value.toClass());
		}
		ParameterizedTypeReference<?> reply = readable(method, type, value, client);
		if (raw == CompletableFuture.class || raw == CompletionStage.class) {
			return (call) -> call.retrieveAsync(reply);
		}
		if (raw == Mono.class) {
			return (call) -> call.retrieveMono(reply);
		}
		return wrapped ? (call) -> call.retrieveFlux(reply) : (call) -> call.retrieve(reply);
	}

	private static Function<RequestSpec, @Nullable Object> oneway(Method method, Class<?> raw, Class<?> value) {
		if (raw == void.class) {
			return (call) -> {
				call.send();
				return null;
			};
		}
		if (value == Void.class && raw == Mono.class) {
			return (call) -> Mono.fromFuture(call::send);
		}
		if (value == Void.class && (raw == CompletableFuture.class || raw == CompletionStage.class)) {
			return RequestSpec::send;
		}
		throw new InvalidExchangeException(method, "wants no reply, but returns one.",
				"Have it return void, CompletableFuture<Void> or Mono<Void>, or leave out 'oneway'.");
	}

	private static ParameterizedTypeReference<?> readable(Method method, Class<?> type, ResolvableType value,
			PetrichorClient client) {
		Type reply = (value == ResolvableType.NONE) ? Object.class
				: GenericTypeResolver.resolveType(value.getType(), type);
		try {
			if (client instanceof DefaultPetrichorClient own) {
				own.readers().of(reply);
			}
			return ParameterizedTypeReference.forType(reply);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidExchangeException(method,
					"returns %s, which no reply can be read as. %s.".formatted(reply.getTypeName(), ex.getMessage()),
					"Use a type that a body can be read as.");
		}
	}

}
