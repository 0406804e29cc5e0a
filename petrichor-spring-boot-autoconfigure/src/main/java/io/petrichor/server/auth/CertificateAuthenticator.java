package io.petrichor.server.auth;

import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

import org.jspecify.annotations.Nullable;

/**
 * Lets in clients by their certificate, which the TLS handshake has verified. The common
 * name of its subject is the principal; a client that says it is another user is denied.
 * Abstains without a certificate.
 *
 * @since 0.1.0
 */
public final class CertificateAuthenticator implements PetrichorAuthenticator {

	@Override
	public Decision authenticate(Handshake handshake) throws InvalidNameException {
		if (handshake.peerCertificates().isEmpty()) {
			return Decision.abstain();
		}
		@Nullable String name = commonName(handshake.peerCertificates().get(0).getSubjectX500Principal().getName());
		@Nullable String claimed = handshake.user();
		if (name == null || (claimed != null && !claimed.equals(name))) {
			return Decision.deny();
		}
		return Decision.allow(new NamedPrincipal(name));
	}

	private static @Nullable String commonName(String subject) throws InvalidNameException {
		@Nullable String name = null;
		for (Rdn part : new LdapName(subject).getRdns()) {
			if ("CN".equalsIgnoreCase(part.getType())) {
				name = String.valueOf(part.getValue());
			}
		}
		return name;
	}

}
