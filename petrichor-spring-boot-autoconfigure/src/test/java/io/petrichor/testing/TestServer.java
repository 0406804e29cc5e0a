package io.petrichor.testing;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;

import io.petrichor.autoconfigure.PetrichorServerAutoConfiguration;
import io.petrichor.server.PetrichorServer;

/**
 * A server for tests, started by its auto-configuration on any free port of loopback.
 */
public final class TestServer {

	/** A system property: properties that no test can change, with commas between. */
	public static final String OVERRIDE = "petrichor.test.override";

	private TestServer() {
	}

	/**
	 * A context with a server and these beans.
	 * @param beans configuration classes or components, handlers among them
	 * @return a runner, to be given more properties and run
	 */
	public static ApplicationContextRunner with(Class<?>... beans) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(PetrichorServerAutoConfiguration.class))
			.withUserConfiguration(beans)
			.withPropertyValues("petrichor.server.port=0")
			.withInitializer(TestServer::override);
	}

	/** Whatever the test wants, these properties hold. */
	private static void override(ConfigurableApplicationContext context) {
		String override = System.getProperty(OVERRIDE, "");
		if (!override.isEmpty()) {
			TestPropertyValues.of(override.split(",")).applyTo(context);
		}
	}

	/**
	 * Run a test against the port of the server.
	 * @param runner the context
	 * @param test what to do with the port
	 */
	public static void run(ApplicationContextRunner runner, PortTest test) {
		runner.run((context) -> test.accept(port(context)));
	}

	/**
	 * The port of the server of a context.
	 * @param context the context
	 * @return the port
	 */
	public static int port(AssertableApplicationContext context) {
		return context.getBean(PetrichorServer.class).port();
	}

	/**
	 * A test of a listening server.
	 */
	@FunctionalInterface
	public interface PortTest {

		void accept(int port) throws Exception;

	}

}
