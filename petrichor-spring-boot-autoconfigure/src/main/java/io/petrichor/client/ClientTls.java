package io.petrichor.client;

import javax.net.ssl.SSLException;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslOptions;

/**
 * TLS as an SSL bundle has it. The name of the server is always verified. A new bundle
 * counts from the next connect on.
 */
final class ClientTls {

	private static final String[] PROTOCOLS = { "TLSv1.3" };

	private volatile SslContext context;

	ClientTls(SslBundle bundle) {
		this.context = context(bundle);
	}

	SslContext context() {
		return this.context;
	}

	void update(SslBundle bundle) {
		this.context = context(bundle);
	}

	private static SslContext context(SslBundle bundle) {
		SslOptions options = bundle.getOptions();
		String[] protocols = options.getEnabledProtocols();
		try {
			SslContextBuilder builder = SslContextBuilder.forClient()
				.keyManager(bundle.getManagers().getKeyManagerFactory())
				.trustManager(bundle.getManagers().getTrustManagerFactory())
				.endpointIdentificationAlgorithm("HTTPS")
				.protocols((protocols != null) ? protocols : PROTOCOLS);
			if (options.getCiphers() != null) {
				builder.ciphers(SslOptions.asSet(options.getCiphers()));
			}
			return builder.build();
		}
		catch (SSLException ex) {
			throw new IllegalStateException("The SSL bundle cannot be used by a Petrichor client", ex);
		}
	}

}
