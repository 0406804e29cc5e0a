package io.petrichor.security;

import java.util.function.Supplier;

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
import io.petrichor.handler.PetrichorConnection;
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
		OfRequest context = new OfRequest(this.holder, request.connection());
		this.holder.setDeferredContext(context);
		try {
			@Nullable Object result = next.handle(request);
			return (result instanceof Publisher<?> publisher) ? withContext(publisher, context) : result;
		}
		finally {
			this.holder.clearContext();
		}
	}

	private static Publisher<?> withContext(Publisher<?> publisher, OfRequest context) {
		Context with = ReactiveSecurityContextHolder.withSecurityContext(Mono.fromSupplier(context));
		return (publisher instanceof Mono<?> mono) ? mono.contextWrite(with) : Flux.from(publisher).contextWrite(with);
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

	/** Made when somebody asks for it: most handlers do not. */
	private static final class OfRequest implements Supplier<SecurityContext> {

		private final SecurityContextHolderStrategy holder;

		private final PetrichorConnection connection;

		private @Nullable SecurityContext context;

		OfRequest(SecurityContextHolderStrategy holder, PetrichorConnection connection) {
			this.holder = holder;
			this.connection = connection;
		}

		@Override
		public synchronized SecurityContext get() {
			SecurityContext context = this.context;
			if (context == null) {
				context = this.holder.createEmptyContext();
				context.setAuthentication(Authentications.of(this.connection));
				this.context = context;
			}
			return context;
		}

	}

}
