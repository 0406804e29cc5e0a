package io.petrichor.autoconfigure;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.convert.DurationUnit;

import io.petrichor.client.PetrichorClient;

/**
 * Properties of a Petrichor client.
 *
 * @since 0.1.0
 */
@ConfigurationProperties("petrichor.client")
public class PetrichorClientProperties {

	/**
	 * Where the server is, as host:port; several addresses are tried in turn.
	 */
	private List<String> address = List.of("127.0.0.1:7387");

	/**
	 * Whether each connect begins with the next address instead of the first.
	 */
	private boolean roundRobin;

	/**
	 * User that the client says it is. The name of the application if not set.
	 */
	private @Nullable String user;

	/**
	 * More that the client says of itself with every connect, such as a token.
	 */
	private Map<String, String> identity = new LinkedHashMap<>();

	/**
	 * Whether to connect when the application starts, which fails if that fails, instead
	 * of with the first call.
	 */
	private boolean eager;

	/**
	 * Time for TCP and TLS, and how long a call waits for a connection; at least a
	 * millisecond. If a duration suffix is not specified, seconds will be used.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration connectTimeout = Duration.ofSeconds(5);

	/**
	 * Time for the server to answer the identity, at least a millisecond. If a duration
	 * suffix is not specified, seconds will be used.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration handshakeTimeout = Duration.ofSeconds(20);

	/**
	 * Time for a call that says nothing else, at least a millisecond. If a duration
	 * suffix is not specified, seconds will be used.
	 */
	@DurationUnit(ChronoUnit.SECONDS)
	private Duration requestTimeout = Duration.ofSeconds(30);

	/**
	 * Most calls that wait for replies, at least 1, if the server does not take fewer.
	 */
	private int maxInFlight = 1024;

	/**
	 * Most calls that wait to be sent, at least 1; what is over it fails at once.
	 */
	private int maxWaiting = 16384;

	private final Reconnect reconnect = new Reconnect();

	@NestedConfigurationProperty
	private final PetrichorMessageProperties message = new PetrichorMessageProperties();

	private final Ssl ssl = new Ssl();

	public List<String> getAddress() {
		return this.address;
	}

	public void setAddress(List<String> address) {
		try {
			PetrichorClient.builder().address(address.toArray(String[]::new));
		}
		catch (IllegalArgumentException ex) {
			// Not as a cause: Spring Boot prints the innermost only.
			throw new IllegalArgumentException("'address' cannot be used: " + ex.getMessage());
		}
		this.address = address;
	}

	public boolean isRoundRobin() {
		return this.roundRobin;
	}

	public void setRoundRobin(boolean roundRobin) {
		this.roundRobin = roundRobin;
	}

	public @Nullable String getUser() {
		return this.user;
	}

	public void setUser(@Nullable String user) {
		this.user = user;
	}

	public Map<String, String> getIdentity() {
		return this.identity;
	}

	public void setIdentity(Map<String, String> identity) {
		this.identity = identity;
	}

	public boolean isEager() {
		return this.eager;
	}

	public void setEager(boolean eager) {
		this.eager = eager;
	}

	public Duration getConnectTimeout() {
		return this.connectTimeout;
	}

	public void setConnectTimeout(Duration connectTimeout) {
		this.connectTimeout = Range.TIME.check("connect-timeout", connectTimeout);
	}

	public Duration getHandshakeTimeout() {
		return this.handshakeTimeout;
	}

	public void setHandshakeTimeout(Duration handshakeTimeout) {
		this.handshakeTimeout = Range.TIME.check("handshake-timeout", handshakeTimeout);
	}

	public Duration getRequestTimeout() {
		return this.requestTimeout;
	}

	public void setRequestTimeout(Duration requestTimeout) {
		this.requestTimeout = Range.TIME.check("request-timeout", requestTimeout);
	}

	public int getMaxInFlight() {
		return this.maxInFlight;
	}

	public void setMaxInFlight(int maxInFlight) {
		this.maxInFlight = Range.COUNT.check("max-in-flight", maxInFlight);
	}

	public int getMaxWaiting() {
		return this.maxWaiting;
	}

	public void setMaxWaiting(int maxWaiting) {
		this.maxWaiting = Range.COUNT.check("max-waiting", maxWaiting);
	}

	public Reconnect getReconnect() {
		return this.reconnect;
	}

	public PetrichorMessageProperties getMessage() {
		return this.message;
	}

	public Ssl getSsl() {
		return this.ssl;
	}

	/**
	 * How the client comes back after it lost its connection.
	 */
	public static class Reconnect {

		/**
		 * Whether to connect again without being called.
		 */
		private boolean enabled = true;

		/**
		 * Longest wait before the client connects again after a first failure, at least a
		 * millisecond; it doubles with each failure in a row. If a duration suffix is not
		 * specified, milliseconds will be used.
		 */
		@DurationUnit(ChronoUnit.MILLIS)
		private Duration first = Duration.ofMillis(500);

		/**
		 * Longest wait between connects, at least a millisecond. If a duration suffix is
		 * not specified, seconds will be used.
		 */
		@DurationUnit(ChronoUnit.SECONDS)
		private Duration max = Duration.ofSeconds(30);

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

		public Duration getFirst() {
			return this.first;
		}

		public void setFirst(Duration first) {
			this.first = Range.TIME.check("reconnect.first", first);
		}

		public Duration getMax() {
			return this.max;
		}

		public void setMax(Duration max) {
			this.max = Range.TIME.check("reconnect.max", max);
		}

	}

	/**
	 * TLS.
	 */
	public static class Ssl {

		/**
		 * Name of the SSL bundle with the certificates to trust, and the client's own if
		 * the server wants one. Plaintext if not set.
		 */
		private @Nullable String bundle;

		public @Nullable String getBundle() {
			return this.bundle;
		}

		public void setBundle(@Nullable String bundle) {
			this.bundle = bundle;
		}

	}

}
