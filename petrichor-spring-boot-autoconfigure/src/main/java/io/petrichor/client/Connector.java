package io.petrichor.client;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;

import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.resolver.NoopAddressResolverGroup;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.NettyPipeline;
import reactor.netty.tcp.TcpClient;

import io.petrichor.protocol.Capabilities;
import io.petrichor.protocol.Header;
import io.petrichor.protocol.HeaderKeys;
import io.petrichor.protocol.KeepAlive;

/**
 * Tries one address after the other until a server lets the client in. Names are looked
 * up and the identity is made anew for each round, off the event loop; everything else
 * happens on it.
 */
final class Connector {

	private static final Log logger = LogFactory.getLog(Connector.class);

	/** Keys that are no secrets. */
	private static final Set<String> OPEN_KEYS = Set.of(HeaderKeys.USER, HeaderKeys.IDENT, HeaderKeys.VERSION,
			HeaderKeys.CAN);

	/** Requests of the server that are taken in parallel. */
	private static final int MAX_PUSHES = 32;

	private final Session session;

	private final ClientSettings settings;

	private final EventLoop loop;

	private final DeadlineTimer timer;

	private final TcpClient tcp;

	private int rounds;

	private int connections;

	private boolean warned;

	/** What is left of this round, or null if none is under way. */
	private @Nullable Iterator<InetSocketAddress> candidates;

	private Header identity = Header.EMPTY;

	private @Nullable ClientHandshake handshake;

	Connector(Session session, ClientSettings settings, EventLoop loop, DeadlineTimer timer) {
		this.session = session;
		this.settings = settings;
		this.loop = loop;
		this.timer = timer;
		this.rounds = ThreadLocalRandom.current().nextInt(1 << 16);
		this.tcp = TcpClient.newConnection()
			.runOn(loop)
			.resolver(NoopAddressResolverGroup.INSTANCE)
			.option(ChannelOption.TCP_NODELAY, true)
			.option(ChannelOption.CONNECT_TIMEOUT_MILLIS,
					(int) Math.min(settings.connectTimeout().toMillis(), Integer.MAX_VALUE));
	}

	/** Begin a round; the session is told of its end. */
	void connect() {
		int first = this.settings.roundRobin() ? this.rounds++ : 0;
		Mono.fromCallable(() -> prepare(first))
			.subscribeOn(Schedulers.boundedElastic())
			.timeout(this.settings.connectTimeout(), Mono.error(this::tooSlow),
					Schedulers.fromExecutorService(this.loop))
			.subscribe((plan) -> this.session.execute(() -> begin(plan)), (failure) -> this.session.execute(() -> {
				this.session.listener().connectFailed();
				this.session.unreachable(unreachable(failure));
			}));
	}

	private TimeoutException tooSlow() {
		return new TimeoutException("its addresses and the identity were not there within %d ms"
			.formatted(this.settings.connectTimeout().toMillis()));
	}

	/** The round is over. */
	void succeeded() {
		this.handshake = null;
		this.candidates = null;
	}

	/** Go on with the next address, if there is any and it could help. */
	void failed(ClientHandshake handshake, PetrichorClientException cause) {
		if (this.handshake != handshake) {
			return;
		}
		this.handshake = null;
		boolean hopeless = cause instanceof PetrichorDeniedException denial && denial.retry() == null;
		if (hopeless || this.candidates == null || !this.candidates.hasNext()) {
			this.candidates = null;
			this.session.unreachable(cause);
		}
		else {
			tryNext(this.candidates);
		}
	}

	/** Give up; done when the socket is closed. */
	CompletableFuture<@Nullable Void> close() {
		ClientHandshake handshake = this.handshake;
		succeeded();
		return (handshake != null) ? handshake.finish() : CompletableFuture.<@Nullable Void>completedFuture(null);
	}

	private record Plan(Header identity, List<InetSocketAddress> addresses) {
	}

	private Plan prepare(int first) throws Exception {
		List<Address> addresses = this.settings.addresses();
		List<InetSocketAddress> resolved = new ArrayList<>();
		@Nullable UnknownHostException unknown = null;
		for (int i = 0; i < addresses.size(); i++) {
			Address address = addresses.get(Math.floorMod(first + i, addresses.size()));
			try {
				for (InetAddress ip : InetAddress.getAllByName(address.host())) {
					resolved.add(new InetSocketAddress(ip, address.port()));
				}
			}
			catch (UnknownHostException ex) {
				unknown = ex;
			}
		}
		if (resolved.isEmpty() && unknown != null) {
			throw unknown;
		}
		return new Plan(identity(), resolved);
	}

	private Header identity() throws Exception {
		Map<String, Object> identity = new LinkedHashMap<>(this.settings.identity());
		for (IdentityCustomizer customizer : this.settings.identityCustomizers()) {
			customizer.customize(identity);
		}
		boolean push = this.settings.hasHandlers();
		identity.put(HeaderKeys.CAN, new Capabilities(false, push ? MAX_PUSHES : 0, true, push, push, true, true,
				this.settings.limits().maxBodySize())
			.asMap());
		return Header.of(identity);
	}

	private void begin(Plan plan) {
		if (!this.session.isConnecting()) {
			return;
		}
		this.identity = plan.identity();
		this.candidates = plan.addresses().iterator();
		tryNext(this.candidates);
	}

	private void tryNext(Iterator<InetSocketAddress> candidates) {
		InetSocketAddress address = candidates.next();
		warnOfPlaintext(address);
		ClientHandshake handshake = new ClientHandshake(this, this.session, this.settings, this.timer,
				this.settings.name() + "-" + ++this.connections, this.identity);
		this.handshake = handshake;
		TcpClient client = this.tcp.remoteAddress(() -> address).doOnChannelInit((observer, channel, remote) -> {
			KeepAlive.set(channel);
			channel.pipeline().addBefore(NettyPipeline.ReactiveBridge, "petrichor", handshake.channel());
		});
		ClientTls tls = this.settings.tls();
		if (tls != null) {
			client = client
				.secure((ssl) -> ssl.sslContext(tls.context()).handshakeTimeout(this.settings.connectTimeout()));
		}
		this.settings.customizer().apply(client).connect().subscribe((connected) -> {
		}, (failure) -> this.session.execute(() -> handshake.close(DisconnectReason.ERROR, unreachable(failure))));
	}

	private PetrichorConnectionException unreachable(Throwable failure) {
		return new PetrichorConnectionException(
				"cannot connect to %s: %s".formatted((this.settings.addresses().size() == 1)
						? this.settings.addresses().get(0) : this.settings.addresses(), failure.getMessage()),
				false, failure);
	}

	private void warnOfPlaintext(InetSocketAddress address) {
		if (!this.warned && this.settings.tls() == null && !address.getAddress().isLoopbackAddress()
				&& !OPEN_KEYS.containsAll(this.identity.asMap().keySet())) {
			this.warned = true;
			logger.warn("Petrichor client '%s' sends its identity to %s in plaintext: configure an SSL bundle"
				.formatted(this.settings.name(), address));
		}
	}

}
