package io.petrichor.server;

import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.DomainWildcardMappingBuilder;
import io.netty.util.Mapping;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslOptions;

/**
 * TLS from the first byte of each connection. Certificates may change while the server
 * runs: connections that come later get the new ones. The name that a client asks for
 * chooses among certificates, never whom the server trusts.
 *
 * @since 0.1.0
 */
public final class ServerTls {

	private static final Log logger = LogFactory.getLog(ServerTls.class);

	private static final String DEFAULT_PROTOCOL = "TLSv1.3";

	/** Far more than any client says before it knows whom it talks to. */
	private static final int MAX_CLIENT_HELLO = 16 * 1024;

	/**
	 * How long the word that nothing more comes may wait for a peer that takes nothing.
	 */
	private static final Duration LAST_WORD = Duration.ofMillis(100);

	private final ClientCertificates clientCertificates;

	private SslBundle bundle;

	private Map<String, SslBundle> serverNames;

	private volatile Contexts contexts;

	/**
	 * Create the settings.
	 * @param bundle the server's certificate, and whom it trusts
	 * @param clientCertificates whether clients show certificates
	 * @param serverNames other certificates for clients that ask for these names, which
	 * may begin with {@code *.}
	 */
	public ServerTls(SslBundle bundle, ClientCertificates clientCertificates, Map<String, SslBundle> serverNames) {
		this.bundle = bundle;
		this.clientCertificates = clientCertificates;
		this.serverNames = Map.copyOf(serverNames);
		try {
			this.contexts = contexts(this.bundle, this.serverNames);
		}
		catch (Exception ex) {
			throw new IllegalStateException("The SSL bundle of the Petrichor server cannot be used", ex);
		}
	}

	/**
	 * Use another bundle for the connections that come from now on. If it cannot be used,
	 * the log says so and everything stays as it is.
	 * @param bundle the new bundle
	 */
	public synchronized void update(SslBundle bundle) {
		update(bundle, this.serverNames);
	}

	/**
	 * The same for the bundle of a server name.
	 * @param serverName the name
	 * @param bundle the new bundle
	 */
	public synchronized void update(String serverName, SslBundle bundle) {
		Map<String, SslBundle> changed = new LinkedHashMap<>(this.serverNames);
		changed.put(serverName, bundle);
		update(this.bundle, changed);
	}

	private void update(SslBundle bundle, Map<String, SslBundle> serverNames) {
		try {
			this.contexts = contexts(bundle, serverNames);
			this.bundle = bundle;
			this.serverNames = serverNames;
			logger.info("The SSL bundle of the Petrichor server has changed; new connections use it");
		}
		catch (Exception ex) {
			logger.error("The new SSL bundle of the Petrichor server cannot be used; the old one stays", ex);
		}
	}

	/**
	 * When the first of the certificates runs out that clients are shown now, those that
	 * vouch for them included.
	 * @return the time, or null if the bundles do not tell their certificates
	 */
	public @Nullable Instant expiresAt() {
		return this.contexts.expiresAt();
	}

	private Contexts contexts(SslBundle bundle, Map<String, SslBundle> serverNames) throws Exception {
		SslContext main = context(bundle, bundle);
		List<SslBundle> bundles = new ArrayList<>(serverNames.values());
		bundles.add(bundle);
		@Nullable Instant expiresAt = expiresAt(bundles);
		if (serverNames.isEmpty()) {
			return new Contexts(main, null, expiresAt);
		}
		DomainWildcardMappingBuilder<SslContext> names = new DomainWildcardMappingBuilder<>(main);
		for (Map.Entry<String, SslBundle> name : serverNames.entrySet()) {
			names.add(name.getKey(), context(name.getValue(), bundle));
		}
		return new Contexts(main, names.build(), expiresAt);
	}

	private static @Nullable Instant expiresAt(List<SslBundle> bundles) throws KeyStoreException {
		List<Instant> ends = new ArrayList<>();
		for (SslBundle bundle : bundles) {
			@Nullable KeyStore keys = bundle.getStores().getKeyStore();
			if (keys != null) {
				addEnds(keys, bundle.getKey().getAlias(), ends);
			}
		}
		return ends.stream().min(Comparator.naturalOrder()).orElse(null);
	}

	private static void addEnds(KeyStore keys, @Nullable String only, List<Instant> ends) throws KeyStoreException {
		for (String alias : Collections.list(keys.aliases())) {
			if (keys.isKeyEntry(alias) && (only == null || only.equalsIgnoreCase(alias))) {
				for (Certificate certificate : keys.getCertificateChain(alias)) {
					ends.add(((X509Certificate) certificate).getNotAfter().toInstant());
				}
			}
		}
	}

	private SslContext context(SslBundle bundle, SslBundle trust) throws SSLException {
		@Nullable KeyStore trusted = trust.getStores().getTrustStore();
		if (trusted == null && this.clientCertificates != ClientCertificates.NONE) {
			throw new IllegalStateException("'petrichor.server.ssl.client-auth' wants certificates of clients, and the "
					+ "SSL bundle has no trust store that says whose");
		}
		SslOptions options = bundle.getOptions();
		String @Nullable [] protocols = options.getEnabledProtocols();
		String @Nullable [] ciphers = options.getCiphers();
		return SslContextBuilder.forServer(bundle.getManagers().getKeyManagerFactory())
			.sslProvider(SslProvider.JDK)
			.trustManager(trust.getManagers().getTrustManagerFactory())
			.clientAuth(this.clientCertificates.netty)
			.protocols((protocols != null) ? protocols : new String[] { DEFAULT_PROTOCOL })
			.ciphers((ciphers != null) ? List.of(ciphers) : null)
			.build();
	}

	/**
	 * The handler that goes before all others of a new connection.
	 * @param threads where handshakes do what takes long, so that event loops do not
	 */
	ChannelHandler handler(Channel channel, Duration timeout, Executor threads) {
		Contexts contexts = this.contexts;
		Mapping<String, SslContext> names = contexts.names();
		return (names != null) ? new NamedHandler(names, timeout, threads)
				: handler(contexts.main(), channel.alloc(), timeout, threads);
	}

	private static SslHandler handler(SslContext context, ByteBufAllocator memory, Duration timeout, Executor threads) {
		SslHandler handler = context.newHandler(memory, threads);
		handler.setHandshakeTimeoutMillis(timeout.toMillis());
		handler.setCloseNotifyFlushTimeoutMillis(LAST_WORD.toMillis());
		return handler;
	}

	/** The chain that the peer of a connection has proved to be its own. */
	static List<X509Certificate> peerCertificates(Channel channel) {
		SslHandler handler = channel.pipeline().get(SslHandler.class);
		if (handler == null) {
			return Collections.emptyList();
		}
		try {
			Certificate[] chain = handler.engine().getSession().getPeerCertificates();
			return Stream.of(chain).map(X509Certificate.class::cast).toList();
		}
		catch (SSLPeerUnverifiedException ex) {
			return Collections.emptyList();
		}
	}

	/**
	 * Whether clients show certificates.
	 */
	public enum ClientCertificates {

		/** They are not asked. */
		NONE(ClientAuth.NONE),

		/** They are asked, and may come without. */
		WANT(ClientAuth.OPTIONAL),

		/** They do not come without. */
		NEED(ClientAuth.REQUIRE);

		private final ClientAuth netty;

		ClientCertificates(ClientAuth netty) {
			this.netty = netty;
		}

	}

	private record Contexts(SslContext main, @Nullable Mapping<String, SslContext> names, @Nullable Instant expiresAt) {
	}

	/** Waits for the name that a client asks for. */
	private static final class NamedHandler extends SniHandler {

		private final Duration timeout;

		private final Executor threads;

		NamedHandler(Mapping<String, SslContext> names, Duration timeout, Executor threads) {
			super(names, MAX_CLIENT_HELLO, timeout.toMillis());
			this.timeout = timeout;
			this.threads = threads;
		}

		@Override
		protected SslHandler newSslHandler(SslContext context, ByteBufAllocator memory) {
			return handler(context, memory, this.timeout, this.threads);
		}

	}

}
