package io.petrichor.client;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

import org.springframework.util.Assert;

import io.petrichor.handler.Bodies;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;

/**
 * The client that the builder makes.
 */
final class DefaultPetrichorClient implements PetrichorClient {

	private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(1500);

	/** Encoded headers of routes are kept up to this number, lest they grow. */
	private static final int MAX_HEADERS = 1024;

	private final ClientSettings settings;

	private final Bodies bodies;

	private final ReplyReaders readers;

	private final @Nullable LoopResources ownLoops;

	private final States states;

	private final Session session;

	private final Map<String, Header> headers = new ConcurrentHashMap<>();

	private final AtomicBoolean disposed = new AtomicBoolean();

	DefaultPetrichorClient(ClientSettings settings, Bodies bodies) {
		this.settings = settings;
		this.bodies = bodies;
		this.readers = new ReplyReaders(bodies);
		LoopResources loops = settings.loops();
		this.ownLoops = (loops != null) ? null : LoopResources.create("petrichor-client", 1, true);
		loops = (this.ownLoops != null) ? this.ownLoops : loops;
		Assert.state(loops != null, "no event loops");
		EventLoop loop = loops.onClient(LoopResources.DEFAULT_NATIVE).next();
		this.states = new States(settings.name(), settings.listener());
		this.session = new Session(settings, loop, this.states);
		this.session.listener(
				ClientListener.of(settings.listeners().stream().map((listener) -> listener.apply(this)).toList()));
	}

	@Override
	public String name() {
		return this.settings.name();
	}

	@Override
	public RequestSpec to(String route) {
		Assert.hasText(route, "'route' must not be empty");
		Header header = this.headers.get(route);
		if (header == null) {
			header = Header.of(HeaderKeys.TO, route);
			if (this.headers.size() < MAX_HEADERS) {
				this.headers.put(route, header);
			}
		}
		return new DefaultRequestSpec(this, route, header);
	}

	@Override
	public RequestSpec to(String template, Object... variables) {
		return new DefaultRequestSpec(this, template,
				Header.of(HeaderKeys.TO, RouteTemplate.expand(template, variables)));
	}

	@Override
	public RequestSpec request() {
		return new DefaultRequestSpec(this, "", Header.EMPTY);
	}

	@Override
	public Connection connection() {
		Connection latest = this.states.latest();
		return new Connection(latest.state(), latest.header(), latest.welcome(), latest.capabilities(),
				latest.address(), latest.failure(), this.session.inFlight(), this.session.waiting());
	}

	@Override
	public void connect() {
		checkMayBlock();
		try {
			this.session.connect()
				.get(this.settings.connectTimeout().plus(this.settings.handshakeTimeout()).toMillis(),
						TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof PetrichorClientException failure) {
				failure.fillInStackTrace();
				throw failure;
			}
			throw new CompletionException(ex.getCause());
		}
		catch (TimeoutException ex) {
			throw new PetrichorConnectionException("no connection in time", false, ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new PetrichorConnectionException("interrupted while connecting", false, ex);
		}
	}

	@Override
	public void close() {
		CompletableFuture<@Nullable Void> closed = this.session.close();
		closed.whenComplete((done, failure) -> disposeLoops());
		if (!mayBlock()) {
			return;
		}
		try {
			closed.get(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			// It goes on without us.
		}
	}

	private void disposeLoops() {
		if (this.ownLoops != null && this.disposed.compareAndSet(false, true)) {
			this.ownLoops.disposeLater(Duration.ZERO, Duration.ofSeconds(1)).subscribe();
		}
	}

	ClientSettings settings() {
		return this.settings;
	}

	Bodies bodies() {
		return this.bodies;
	}

	ReplyReaders readers() {
		return this.readers;
	}

	Session session() {
		return this.session;
	}

	void checkMayBlock() {
		if (!mayBlock()) {
			throw new IllegalStateException("a call that blocks must not be made on an event loop (thread "
					+ Thread.currentThread().getName() + "): use retrieveAsync, retrieveMono or retrieveFlux");
		}
	}

	private boolean mayBlock() {
		return !this.session.isOnLoop() && !Schedulers.isInNonBlockingThread();
	}

	@Override
	public String toString() {
		return "PetrichorClient '%s' of %s, %s".formatted(this.settings.name(), this.settings.addresses(),
				connection().state());
	}

}
