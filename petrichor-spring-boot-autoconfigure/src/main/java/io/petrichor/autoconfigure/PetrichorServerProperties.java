package io.petrichor.autoconfigure;

import java.net.InetAddress;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.Assert;
import org.springframework.util.unit.DataSize;

import io.petrichor.server.ServerTls.ClientCertificates;

/**
 * Properties of the Petrichor server.
 *
 * @since 0.1.0
 */
@ConfigurationProperties("petrichor.server")
public class PetrichorServerProperties {

	/**
	 * Address to listen on.
	 */
	private InetAddress address = InetAddress.getLoopbackAddress();

	/**
	 * Port to listen on, at most 65535; 0 takes any free one.
	 */
	private int port = 7387;

	/**
	 * Most connections at once, at least 1. Never more than the process may open files,
	 * less 256.
	 */
	private int maxConnections = 8192;

	/**
	 * Most memory for what peers have sent and not finished, for their requests in flight
	 * and for what waits to be read by them, of all connections together. If not set, a
	 * quarter of the heap, and of a heap below 64 MB as much as sixteen bodies, up to
	 * half of it.
	 */
	private @Nullable DataSize maxBuffered;

	/**
	 * Most connections at once from one address, at least 1. A network of 64 bits counts
	 * as one address of IPv6.
	 */
	private int maxConnectionsPerAddress = 1024;

	/**
	 * How long a connection may be silent while nothing is in flight, at least a
	 * millisecond. If a duration suffix is not specified, seconds will be used.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration idleTimeout = Duration.ofMinutes(10);

	private final Identity identity = new Identity();

	private final Authentication authentication = new Authentication();

	private final Ssl ssl = new Ssl();

	private final Handshake handshake = new Handshake();

	@NestedConfigurationProperty
	private final PetrichorMessageProperties message = new PetrichorMessageProperties();

	private final Dispatch dispatch = new Dispatch();

	private final Outbound outbound = new Outbound();

	private final Shutdown shutdown = new Shutdown();

	public InetAddress getAddress() {
		return this.address;
	}

	public void setAddress(InetAddress address) {
		this.address = address;
	}

	public int getPort() {
		return this.port;
	}

	public void setPort(int port) {
		this.port = Range.PORT.check("petrichor.server.port", port);
	}

	public @Nullable DataSize getMaxBuffered() {
		return this.maxBuffered;
	}

	public void setMaxBuffered(@Nullable DataSize maxBuffered) {
		this.maxBuffered = (maxBuffered != null) ? Range.MEMORY.check("petrichor.server.max-buffered", maxBuffered)
				: null;
	}

	public int getMaxConnections() {
		return this.maxConnections;
	}

	public void setMaxConnections(int maxConnections) {
		this.maxConnections = Range.COUNT.check("petrichor.server.max-connections", maxConnections);
	}

	public int getMaxConnectionsPerAddress() {
		return this.maxConnectionsPerAddress;
	}

	public void setMaxConnectionsPerAddress(int maxConnectionsPerAddress) {
		this.maxConnectionsPerAddress = Range.COUNT.check("petrichor.server.max-connections-per-address",
				maxConnectionsPerAddress);
	}

	public Duration getIdleTimeout() {
		return this.idleTimeout;
	}

	public void setIdleTimeout(Duration idleTimeout) {
		this.idleTimeout = Range.TIME.check("petrichor.server.idle-timeout", idleTimeout);
	}

	public Identity getIdentity() {
		return this.identity;
	}

	public Authentication getAuthentication() {
		return this.authentication;
	}

	public Ssl getSsl() {
		return this.ssl;
	}

	public Handshake getHandshake() {
		return this.handshake;
	}

	public PetrichorMessageProperties getMessage() {
		return this.message;
	}

	public Dispatch getDispatch() {
		return this.dispatch;
	}

	public Outbound getOutbound() {
		return this.outbound;
	}

	public Shutdown getShutdown() {
		return this.shutdown;
	}

	/**
	 * What the server says of itself to those it lets in.
	 */
	public static class Identity {

		/**
		 * What tells this server from others. A random one if not set.
		 */
		private @Nullable String ident;

		/**
		 * Version of the application.
		 */
		private String version = "0.1";

		/**
		 * Body of the answer to a handshake.
		 */
		private String welcome = "WELCOME";

		public @Nullable String getIdent() {
			return this.ident;
		}

		public void setIdent(@Nullable String ident) {
			this.ident = ident;
		}

		public String getVersion() {
			return this.version;
		}

		public void setVersion(String version) {
			this.version = version;
		}

		public String getWelcome() {
			return this.welcome;
		}

		public void setWelcome(String welcome) {
			this.welcome = welcome;
		}

	}

	/**
	 * Who gets in.
	 */
	public static class Authentication {

		/**
		 * Whether everybody gets in from other machines while there is no authenticator.
		 * On loopback they always do.
		 */
		private boolean allowAnonymous;

		/**
		 * How often peers of one address may be denied in a minute, at least 0, before
		 * the address is turned away for a while.
		 */
		private int failuresPerMinute = 10;

		/**
		 * How long an address is turned away whose peers were denied too often; 0 for not
		 * at all. If a duration suffix is not specified, seconds will be used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private Duration penalty = Duration.ofSeconds(60);

		/**
		 * Users who get in by name and password, the header keys 'user' and 'password'.
		 */
		private Map<String, User> users = new LinkedHashMap<>();

		/**
		 * Peers who get in by a secret, the header key 'token', by the name each gets.
		 */
		private Map<String, Token> tokens = new LinkedHashMap<>();

		/**
		 * Whether clients get in by their certificate alone. Needs
		 * 'petrichor.server.ssl.client-auth'.
		 */
		private boolean clientCertificates;

		public boolean isAllowAnonymous() {
			return this.allowAnonymous;
		}

		public void setAllowAnonymous(boolean allowAnonymous) {
			this.allowAnonymous = allowAnonymous;
		}

		public int getFailuresPerMinute() {
			return this.failuresPerMinute;
		}

		public void setFailuresPerMinute(int failuresPerMinute) {
			this.failuresPerMinute = Range.COUNT_OR_NONE.check("petrichor.server.authentication.failures-per-minute",
					failuresPerMinute);
		}

		public Map<String, User> getUsers() {
			return this.users;
		}

		public void setUsers(Map<String, User> users) {
			this.users = users;
		}

		public Map<String, Token> getTokens() {
			return this.tokens;
		}

		public void setTokens(Map<String, Token> tokens) {
			this.tokens = tokens;
		}

		public boolean isClientCertificates() {
			return this.clientCertificates;
		}

		public void setClientCertificates(boolean clientCertificates) {
			this.clientCertificates = clientCertificates;
		}

		/**
		 * A user.
		 */
		public static class User {

			/**
			 * Encoded password, with the name of its encoding in braces before it.
			 */
			private String password = "";

			/**
			 * What the user may do, for handlers that ask for roles.
			 */
			private Set<String> roles = new LinkedHashSet<>();

			public String getPassword() {
				return this.password;
			}

			public void setPassword(String password) {
				this.password = password;
			}

			public Set<String> getRoles() {
				return this.roles;
			}

			public void setRoles(Set<String> roles) {
				this.roles = roles;
			}

		}

		/**
		 * A shared secret.
		 */
		public static class Token {

			/**
			 * The secret, in clear.
			 */
			private String secret = "";

			/**
			 * What its owner may do, for handlers that ask for roles.
			 */
			private Set<String> roles = new LinkedHashSet<>();

			public String getSecret() {
				return this.secret;
			}

			public void setSecret(String secret) {
				this.secret = secret;
			}

			public Set<String> getRoles() {
				return this.roles;
			}

			public void setRoles(Set<String> roles) {
				this.roles = roles;
			}

		}

		public Duration getPenalty() {
			return this.penalty;
		}

		public void setPenalty(Duration penalty) {
			this.penalty = Range.TIME_OR_NONE.check("petrichor.server.authentication.penalty", penalty);
		}

	}

	/**
	 * TLS.
	 */
	public static class Ssl {

		/**
		 * SSL bundle with the certificate of the server. Plaintext without one.
		 */
		private @Nullable String bundle;

		/**
		 * Whether clients show certificates, which the trust store of the bundle must
		 * vouch for.
		 */
		private ClientCertificates clientAuth = ClientCertificates.NONE;

		/**
		 * Other SSL bundles for clients that ask for these server names.
		 */
		private List<ServerName> serverNameBundles = new ArrayList<>();

		public @Nullable String getBundle() {
			return this.bundle;
		}

		public void setBundle(@Nullable String bundle) {
			this.bundle = bundle;
		}

		public ClientCertificates getClientAuth() {
			return this.clientAuth;
		}

		public void setClientAuth(ClientCertificates clientAuth) {
			this.clientAuth = clientAuth;
		}

		public List<ServerName> getServerNameBundles() {
			return this.serverNameBundles;
		}

		public void setServerNameBundles(List<ServerName> serverNameBundles) {
			this.serverNameBundles = serverNameBundles;
		}

		/**
		 * An SSL bundle for a server name.
		 *
		 * @param serverName name that clients ask for; may begin with '*.'
		 * @param bundle SSL bundle whose certificate they get
		 */
		public record ServerName(String serverName, String bundle) {

			public ServerName {
				Assert.hasText(serverName, "'server-name' must be set beside 'bundle'");
				Assert.hasText(bundle, "'bundle' must be set beside 'server-name'");
			}

		}

	}

	/**
	 * Limits of the first pair.
	 */
	public static class Handshake {

		/**
		 * Time from the accept of a connection to the decision on it, whatever the peer
		 * sends meanwhile; at least a millisecond, and shorter than 'message.timeout'. If
		 * a duration suffix is not specified, seconds will be used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private Duration timeout = Duration.ofSeconds(5);

		/**
		 * Most bytes of the first header, and of the first body; from 1 to 999999999.
		 */
		private DataSize maxSize = DataSize.ofKilobytes(16);

		/**
		 * Most connections at once that have not been allowed yet, at least 1. From half
		 * of it on, some newcomers are turned away, the more the fuller it is.
		 */
		private int maxPending = 128;

		/**
		 * Most connections at once from one address that have not been allowed yet, at
		 * least 1.
		 */
		private int maxPendingPerAddress = 32;

		public Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(Duration timeout) {
			this.timeout = Range.TIME.check("petrichor.server.handshake.timeout", timeout);
		}

		public DataSize getMaxSize() {
			return this.maxSize;
		}

		public void setMaxSize(DataSize maxSize) {
			this.maxSize = Range.SIZE.check("petrichor.server.handshake.max-size", maxSize);
		}

		public int getMaxPending() {
			return this.maxPending;
		}

		public void setMaxPending(int maxPending) {
			this.maxPending = Range.COUNT.check("petrichor.server.handshake.max-pending", maxPending);
		}

		public int getMaxPendingPerAddress() {
			return this.maxPendingPerAddress;
		}

		public void setMaxPendingPerAddress(int maxPendingPerAddress) {
			this.maxPendingPerAddress = Range.COUNT.check("petrichor.server.handshake.max-pending-per-address",
					maxPendingPerAddress);
		}

	}

	/**
	 * How requests reach their handlers.
	 */
	public static class Dispatch {

		/**
		 * Most unanswered requests of a connection, at least 1; it is not read while it
		 * has as many.
		 */
		private int maxInFlight = 32;

		/**
		 * Time for a request, from when it was read to its reply; at least a millisecond.
		 * If a duration suffix is not specified, seconds will be used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private Duration timeout = Duration.ofSeconds(30);

		/**
		 * Most threads for handlers that may block, at least 1.
		 */
		private int threads = 64;

		/**
		 * Most virtual threads for handlers that may block, at least 1; used instead of
		 * 'threads' when 'spring.threads.virtual.enabled' is set, from Java 21 on.
		 */
		private int virtualThreads = 1024;

		/**
		 * Most batches of requests that wait for a thread, at least 1; what is over it is
		 * answered 'busy'.
		 */
		private int queue = 1024;

		public int getMaxInFlight() {
			return this.maxInFlight;
		}

		public void setMaxInFlight(int maxInFlight) {
			this.maxInFlight = Range.COUNT.check("petrichor.server.dispatch.max-in-flight", maxInFlight);
		}

		public Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(Duration timeout) {
			this.timeout = Range.TIME.check("petrichor.server.dispatch.timeout", timeout);
		}

		public int getThreads() {
			return this.threads;
		}

		public void setThreads(int threads) {
			this.threads = Range.COUNT.check("petrichor.server.dispatch.threads", threads);
		}

		public int getVirtualThreads() {
			return this.virtualThreads;
		}

		public void setVirtualThreads(int virtualThreads) {
			this.virtualThreads = Range.COUNT.check("petrichor.server.dispatch.virtual-threads", virtualThreads);
		}

		public int getQueue() {
			return this.queue;
		}

		public void setQueue(int queue) {
			this.queue = Range.COUNT.check("petrichor.server.dispatch.queue", queue);
		}

	}

	/**
	 * Limits of what goes out.
	 */
	public static class Outbound {

		/**
		 * Most bytes that wait for a peer to read them, at least twice those of
		 * 'message.max-body-size'.
		 */
		private DataSize maxPending = DataSize.ofMegabytes(4);

		/**
		 * Time that a peer may read nothing while something waits for it, at least a
		 * millisecond. If a duration suffix is not specified, seconds will be used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private Duration writeTimeout = Duration.ofSeconds(10);

		public DataSize getMaxPending() {
			return this.maxPending;
		}

		public void setMaxPending(DataSize maxPending) {
			this.maxPending = Range.MEMORY.check("petrichor.server.outbound.max-pending", maxPending);
		}

		public Duration getWriteTimeout() {
			return this.writeTimeout;
		}

		public void setWriteTimeout(Duration writeTimeout) {
			this.writeTimeout = Range.TIME.check("petrichor.server.outbound.write-timeout", writeTimeout);
		}

	}

	/**
	 * How the server ends.
	 */
	public static class Shutdown {

		/**
		 * Time for the requests in flight to end when the server stops; 0 for none. If a
		 * duration suffix is not specified, seconds will be used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private Duration gracePeriod = Duration.ofSeconds(20);

		public Duration getGracePeriod() {
			return this.gracePeriod;
		}

		public void setGracePeriod(Duration gracePeriod) {
			this.gracePeriod = Range.TIME_OR_NONE.check("petrichor.server.shutdown.grace-period", gracePeriod);
		}

	}

}
