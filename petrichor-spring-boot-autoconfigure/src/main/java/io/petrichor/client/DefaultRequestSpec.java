package io.petrichor.client;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.util.Assert;

import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.Message;
import io.petrichor.tnetstring.TNetstring;

/**
 * A call while it is being put together.
 */
final class DefaultRequestSpec implements PetrichorClient.RequestSpec {

	/** Keys that this client sets by itself, or must not be sent at all. */
	private static final Set<String> RESERVED = Set.of(HeaderKeys.TO, HeaderKeys.ID, HeaderKeys.RE, HeaderKeys.MORE,
			HeaderKeys.CANCEL, HeaderKeys.ONEWAY, HeaderKeys.PING, HeaderKeys.BYE, HeaderKeys.CAN, HeaderKeys.TTL);

	private final DefaultPetrichorClient client;

	private final String template;

	private final Header route;

	private @Nullable Map<String, @Nullable Object> keys;

	private TNetstring body = TNetstring.EMPTY;

	private Duration timeout;

	DefaultRequestSpec(DefaultPetrichorClient client, String template, Header route) {
		this.client = client;
		this.template = template;
		this.route = route;
		this.timeout = client.settings().requestTimeout();
	}

	static boolean isReserved(String key) {
		return RESERVED.contains(key);
	}

	@Override
	public PetrichorClient.RequestSpec header(String key, Object value) {
		Assert.isTrue(!isReserved(key), () -> "'" + key + "' belongs to the protocol");
		put(key, value);
		return this;
	}

	@Override
	public PetrichorClient.RequestSpec body(@Nullable Object body) {
		this.body = this.client.bodies().write(body);
		return this;
	}

	@Override
	public PetrichorClient.RequestSpec timeout(Duration timeout) {
		Assert.isTrue(timeout.toMillis() > 0, "'timeout' must be at least a millisecond");
		this.timeout = timeout;
		put(HeaderKeys.TTL, timeout.toMillis());
		return this;
	}

	private void put(String key, Object value) {
		Map<String, @Nullable Object> keys = this.keys;
		if (keys == null) {
			keys = new LinkedHashMap<>(this.route.asMap());
			this.keys = keys;
		}
		keys.put(key, value);
	}

	private Header header() {
		return (this.keys != null) ? Header.of(this.keys) : this.route;
	}

	private ClientRequest request(Header header, ContextView context) {
		ClientSettings settings = this.client.settings();
		return new ClientRequest(settings.name(), this.template, header, context).observedBy(settings.observer());
	}

	@Override
	public <T> @Nullable T retrieve(Class<T> type) {
		return block(reader(type));
	}

	@Override
	public <T> @Nullable T retrieve(ParameterizedTypeReference<T> type) {
		return block(reader(type.getType()));
	}

	@Override
	public <T> PetrichorClient.Reply<T> exchange(Class<T> type) {
		return exchange(reader(type));
	}

	@Override
	public <T> PetrichorClient.Reply<T> exchange(ParameterizedTypeReference<T> type) {
		return exchange(reader(type.getType()));
	}

	private <T> PetrichorClient.Reply<T> exchange(ReplyReader<T> reader) {
		Message reply = block();
		return new PetrichorClient.Reply<>(reply.header(), reader.read(reply));
	}

	private <T> @Nullable T block(ReplyReader<T> reader) {
		return reader.read(block());
	}

	private Message block() {
		this.client.checkMayBlock();
		ClientRequest request = request(header(), Context.empty());
		BlockingCall call = new BlockingCall(request.header(), this.body, this.timeout);
		this.client.session().submit(call, request);
		return call.await(this.client.session());
	}

	@Override
	public <T> CompletableFuture<T> retrieveAsync(Class<T> type) {
		return async(this.<T>reader(type));
	}

	@Override
	public <T> CompletableFuture<T> retrieveAsync(ParameterizedTypeReference<T> type) {
		return async(this.<T>reader(type.getType()));
	}

	private <T> CompletableFuture<T> async(ReplyReader<T> reader) {
		ClientRequest request = request(header(), Context.empty());
		FutureCall<T> call = new FutureCall<>(request.header(), this.body, this.timeout, this.client.session(), reader);
		this.client.session().submit(call, request);
		return call.future();
	}

	@Override
	public <T> Mono<T> retrieveMono(Class<T> type) {
		return mono(reader(type));
	}

	@Override
	public <T> Mono<T> retrieveMono(ParameterizedTypeReference<T> type) {
		return mono(reader(type.getType()));
	}

	private <T> Mono<T> mono(ReplyReader<T> reader) {
		Header header = header();
		TNetstring body = this.body;
		Duration timeout = this.timeout;
		Session session = this.client.session();
		return Mono.create((sink) -> {
			ClientRequest request = request(header, sink.contextView());
			FutureCall<T> call = new FutureCall<>(request.header(), body, timeout, session, reader);
			call.submitted(session, request);
			// Before it is sent, so that the reply is signalled where it was read.
			call.future().whenComplete((value, failure) -> {
				if (failure != null) {
					sink.error(failure);
				}
				else {
					sink.success(value);
				}
			});
			sink.onCancel(() -> call.future().cancel(true));
			session.submit(call);
		});
	}

	@Override
	public <T> Flux<T> retrieveFlux(Class<T> type) {
		return flux(reader(type));
	}

	@Override
	public <T> Flux<T> retrieveFlux(ParameterizedTypeReference<T> type) {
		return flux(reader(type.getType()));
	}

	private <T> Flux<T> flux(ReplyReader<T> reader) {
		Header header = header();
		return StreamCall.flux((context) -> request(header, context), this.body, this.timeout, this.client.session(),
				reader);
	}

	@Override
	public CompletableFuture<@Nullable Void> send() {
		ClientRequest request = request(header(), Context.empty());
		OnewayCall call = new OnewayCall(request.header(), this.body, this.timeout);
		this.client.session().submit(call, request);
		return call.future();
	}

	private <T> ReplyReader<T> reader(Type type) {
		return this.client.readers().of(type);
	}

}
