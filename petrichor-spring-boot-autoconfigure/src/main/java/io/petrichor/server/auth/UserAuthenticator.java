package io.petrichor.server.auth;

import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.util.Assert;

/**
 * Lets in users by name and password, the header keys {@code user} and {@code password}
 * of the handshake. Abstains without a password. A name that nobody has costs as much
 * time as a wrong password, so that names cannot be found out.
 *
 * @since 0.1.0
 */
public final class UserAuthenticator implements PetrichorAuthenticator {

	private final Map<String, User> users;

	private final PasswordEncoder encoder;

	private final String nobodysPassword;

	/**
	 * Create an authenticator.
	 * @param users the users by name, at least one
	 * @param encoder what their passwords are encoded with
	 */
	public UserAuthenticator(Map<String, User> users, PasswordEncoder encoder) {
		Assert.notEmpty(users, "'users' must not be empty");
		this.users = Map.copyOf(users);
		this.encoder = encoder;
		this.nobodysPassword = users.values().iterator().next().encodedPassword();
	}

	@Override
	public Decision authenticate(Handshake handshake) {
		String name = handshake.user();
		String password = handshake.header("password");
		if (password == null) {
			return Decision.abstain();
		}
		@Nullable User user = (name != null) ? this.users.get(name) : null;
		boolean matches = this.encoder.matches(password,
				(user != null) ? user.encodedPassword() : this.nobodysPassword);
		return (name != null && user != null && matches)
				? Decision.allow(new NamedPrincipal(name)).withRoles(user.roles()) : Decision.deny();
	}

	/**
	 * A user.
	 *
	 * @param encodedPassword the password as the encoder made it
	 * @param roles what the user may do
	 */
	public record User(String encodedPassword, Set<String> roles) {

		@Override
		public String toString() {
			return "User[roles=" + this.roles + "]";
		}

	}

}
