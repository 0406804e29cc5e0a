package io.petrichor.security;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import org.springframework.core.Ordered;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolderStrategy;

import io.petrichor.handler.Handler;
import io.petrichor.handler.PetrichorInterceptor;
import io.petrichor.handler.Request;

/**
 * Gives each request a {@link SecurityContext} of its own, with the peer as whom the
 * authenticator knows it: to the thread of the handler until it returns, and to the
 * {@code Mono} or {@code Flux} it returned. A peer that came in without an authenticator
 * is anonymous.
 *
 * @since 0.1.0
 */
public final class SecurityContextInterceptor implements PetrichorInterceptor, Ordered {

	private final SecurityContextHolderStrategy holder;

	/**
	 * Create the interceptor.
	 * @param holder where the application keeps its contexts
	 */
	public SecurityContextInterceptor(SecurityContextHolderStrategy holder) {
		this.holder = holder;
	}

	@Override
	public @Nullable Object intercept(Request request, Handler next) throws Exception {
		SecurityContext context = this.holder.createEmptyContext();
		context.setAuthentication(Authentications.of(request.connection()));
		this.holder.setContext(context);
		try {
			return withContext(next.handle(request), context);
		}
		finally {
			this.holder.clearContext();
		}
	}

	private static @Nullable Object withContext(@Nullable Object result, SecurityContext context) {
		if (!(result instanceof Publisher<?> publisher)) {
			return result;
		}
		Context with = ReactiveSecurityContextHolder.withSecurityContext(Mono.just(context));
		return (publisher instanceof Mono<?> mono) ? mono.contextWrite(with) : Flux.from(publisher).contextWrite(with);
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

}
