package io.petrichor.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

import io.petrichor.server.ServerTls;
import io.petrichor.server.ServerTls.ClientCertificates;

/**
 * TLS as the properties say, kept up to date with the SSL bundles they name.
 */
final class PropertiesServerTls {

	private static final String BUNDLE = "petrichor.server.ssl.bundle";

	private static final String CLIENT_AUTH = "petrichor.server.ssl.client-auth";

	private static final String SERVER_NAMES = "petrichor.server.ssl.server-name-bundles";

	private static final String CERTIFICATES = "petrichor.server.authentication.client-certificates";

	private PropertiesServerTls() {
	}

	static @Nullable ServerTls of(PetrichorServerProperties properties, @Nullable SslBundles bundles) {
		PetrichorServerProperties.Ssl ssl = properties.getSsl();
		checkClientsAreAsked(properties);
		String name = ssl.getBundle();
		if (name == null) {
			checkNothingIsLeftOut(ssl);
			return null;
		}
		if (bundles == null) {
			throw new IllegalStateException(
					"'petrichor.server.ssl.bundle' is set, and there are no SSL bundles: SslAutoConfiguration is missing");
		}
		Map<String, SslBundle> serverNames = new LinkedHashMap<>();
		ssl.getServerNameBundles()
			.forEach((entry) -> serverNames.put(entry.serverName(), bundle(bundles, SERVER_NAMES, entry.bundle())));
		ServerTls tls = new ServerTls(bundle(bundles, BUNDLE, name), ssl.getClientAuth(), serverNames);
		bundles.addBundleUpdateHandler(name, tls::update);
		ssl.getServerNameBundles()
			.forEach((entry) -> bundles.addBundleUpdateHandler(entry.bundle(),
					(bundle) -> tls.update(entry.serverName(), bundle)));
		return tls;
	}

	/** Where nobody is asked for a certificate, nobody could get in by one. */
	private static void checkClientsAreAsked(PetrichorServerProperties properties) {
		if (properties.getAuthentication().isClientCertificates()
				&& properties.getSsl().getClientAuth() == ClientCertificates.NONE) {
			throw new FailureAnalyzedException(
					"'%s' is true, and no client is asked for a certificate: '%s' is none.".formatted(CERTIFICATES,
							CLIENT_AUTH),
					"Set '%s' to need, or to want if others get in without, together with '%s'; or remove '%s'."
						.formatted(CLIENT_AUTH, BUNDLE, CERTIFICATES));
		}
	}

	/** Who says how to encrypt must not get plaintext. */
	private static void checkNothingIsLeftOut(PetrichorServerProperties.Ssl ssl) {
		if (ssl.getClientAuth() != ClientCertificates.NONE) {
			throw withoutBundle(CLIENT_AUTH);
		}
		if (!ssl.getServerNameBundles().isEmpty()) {
			throw withoutBundle(SERVER_NAMES);
		}
	}

	private static FailureAnalyzedException withoutBundle(String property) {
		return new FailureAnalyzedException(
				"'%s' is set, and '%s' is not, without which there is no TLS.".formatted(property, BUNDLE),
				"Set '%s' to the SSL bundle with the certificate of the server, or remove '%s'.".formatted(BUNDLE,
						property));
	}

	private static SslBundle bundle(SslBundles bundles, String property, String name) {
		try {
			return bundles.getBundle(name);
		}
		catch (NoSuchSslBundleException ex) {
			throw new FailureAnalyzedException(
					"'%s' is '%s', which is none of the SSL bundles %s.".formatted(property, name,
							bundles.getBundleNames()),
					"Correct it, or define the bundle by 'spring.ssl.bundle.pem.%s' or 'spring.ssl.bundle.jks.%s'."
						.formatted(name, name),
					ex);
		}
	}

}
