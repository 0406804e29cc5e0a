package io.petrichor.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

import io.petrichor.server.ServerTls;

/**
 * TLS as the properties say, kept up to date with the SSL bundles they name.
 */
final class PropertiesServerTls {

	private PropertiesServerTls() {
	}

	static @Nullable ServerTls of(PetrichorServerProperties.Ssl ssl, @Nullable SslBundles bundles) {
		String name = ssl.getBundle();
		if (name == null) {
			return null;
		}
		if (bundles == null) {
			throw new IllegalStateException(
					"'petrichor.server.ssl.bundle' is set, and there are no SSL bundles: SslAutoConfiguration is missing");
		}
		Map<String, SslBundle> serverNames = new LinkedHashMap<>();
		ssl.getServerNameBundles()
			.forEach((entry) -> serverNames.put(entry.serverName(), bundles.getBundle(entry.bundle())));
		ServerTls tls = new ServerTls(bundles.getBundle(name), ssl.getClientAuth(), serverNames);
		bundles.addBundleUpdateHandler(name, tls::update);
		ssl.getServerNameBundles()
			.forEach((entry) -> bundles.addBundleUpdateHandler(entry.bundle(),
					(bundle) -> tls.update(entry.serverName(), bundle)));
		return tls;
	}

}
