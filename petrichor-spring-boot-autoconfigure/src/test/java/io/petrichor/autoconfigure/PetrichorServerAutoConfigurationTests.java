package io.petrichor.autoconfigure;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

import io.netty.bootstrap.ServerBootstrap;
import org.junit.jupiter.api.Test;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.util.ClassUtils;
import org.springframework.util.unit.DataSize;

import io.petrichor.handler.AmbiguousRouteException;
import io.petrichor.handler.HandlerRegistry;
import io.petrichor.handler.PetrichorConnections;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.handler.PetrichorHandlerExecutor;
import io.petrichor.handler.UnbindableHandlerException;
import io.petrichor.server.PetrichorServer;
import io.petrichor.server.PetrichorServerCustomizer;
import io.petrichor.server.PetrichorServerException;
import io.petrichor.server.ServerListener;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PetrichorServerAutoConfiguration}.
 */
class PetrichorServerAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PetrichorServerAutoConfiguration.class))
		.withPropertyValues("petrichor.server.port=0");

	@Test
	void whenThereIsAHandlerThenServerListensOnLoopback() {
		this.contextRunner.withUserConfiguration(Echo.class).run((context) -> {
			assertThat(context).hasSingleBean(PetrichorServer.class);
			PetrichorServer server = context.getBean(PetrichorServer.class);
			assertThat(server.isRunning()).isTrue();
			assertThat(server.port()).isPositive();
			assertThat(context.getEnvironment().getProperty("local.petrichor.server.port", Integer.class))
				.isEqualTo(server.port());
			try (RawPeer peer = RawPeer.welcomed(server.port())) {
				assertThat(peer.request(Map.of(), "hello").body().asText()).isEqualTo("hello");
			}
		});
	}

	@Test
	void whenNothingAsksForAMapperOrAClientThenStartingDoesNotWaitForThem() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(PetrichorClientAutoConfiguration.class))
			.withUserConfiguration(Echo.class)
			.run((context) -> {
				assertThat(context.getBean(PetrichorServer.class).isRunning()).isTrue();
				assertThat(context.getBeanFactory().containsSingleton("petrichorMapper")).isFalse();
				assertThat(context.getBeanFactory().containsSingleton("petrichorClient")).isFalse();
				assertThat(context.getBeanFactory().containsSingleton("petrichorClientLoops")).isFalse();
			});
	}

	@Test
	void whenThereIsNoHandlerThenServerDoesNotListen() {
		this.contextRunner.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(PetrichorServer.class).isRunning()).isFalse();
			assertThat(context.getEnvironment().getProperty("local.petrichor.server.port")).isNull();
		});
	}

	@Test
	void whenDisabledThenThereIsNoServer() {
		this.contextRunner.withUserConfiguration(Echo.class)
			.withPropertyValues("petrichor.server.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PetrichorServer.class));
	}

	@Test
	void whenTransportIsNotOnTheClassPathThenThereIsNoServer() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(ServerBootstrap.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PetrichorServer.class));
	}

	@Test
	void whenUserHasAnExecutorThenItIsUsed() {
		this.contextRunner.withUserConfiguration(Echo.class, OwnExecutor.class).run((context) -> {
			assertThat(context).hasSingleBean(PetrichorHandlerExecutor.class);
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				peer.request(Map.of(), "hello");
			}
			assertThat(context.getBean(OwnExecutor.class).used).isTrue();
		});
	}

	@Test
	void whenStarterIsAddedThenTheApplicationLosesNoBean() {
		ApplicationContextRunner application = new ApplicationContextRunner()
			.withUserConfiguration(WholeApplication.class)
			.withPropertyValues("petrichor.server.port=0");
		List<String> without = new ArrayList<>();
		application.withPropertyValues("spring.autoconfigure.exclude=" + String.join(",", ownAutoConfigurations()))
			.run((context) -> without.addAll(List.of(context.getBeanDefinitionNames())));
		assertThat(without).contains("applicationTaskExecutor").doesNotContain("petrichorServer");
		application.run((context) -> assertThat(context.getBeanDefinitionNames()).contains("petrichorServer")
			.containsAll(without));
	}

	@Test
	void whenStarterIsAddedThenItBringsNoCacheThatWouldBecomeTheApplications() {
		assertThat(ClassUtils.isPresent("com.github.benmanes.caffeine.cache.Caffeine", null)).isFalse();
	}

	private static List<String> ownAutoConfigurations() {
		return ImportCandidates.load(AutoConfiguration.class, null)
			.getCandidates()
			.stream()
			.filter((name) -> name.startsWith("io.petrichor."))
			.toList();
	}

	@Test
	void whenAuthenticatorOrListenerAsksForTheConnectionsThenThatIsNoCycle() {
		this.contextRunner.withUserConfiguration(Echo.class, AsksForConnections.class).run((context) -> {
			assertThat(context).hasNotFailed();
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				assertThat(peer.request(Map.of(), "hello").body().asText()).isEqualTo("hello");
				assertThat(context.getBean(PetrichorConnections.class).all()).hasSize(1);
			}
		});
	}

	@Test
	void whenUserHasARegistryThenItIsUsed() {
		this.contextRunner.withUserConfiguration(OwnRegistry.class).run((context) -> {
			assertThat(context).hasSingleBean(HandlerRegistry.class);
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				assertThat(peer.request(Map.of("to", "shout"), "hello").body().asText()).isEqualTo("HELLO");
			}
		});
	}

	@Test
	void whenLazyInitializationIsOnThenServerListensAllTheSame() {
		this.contextRunner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withUserConfiguration(Echo.class)
			.run((context) -> assertThat(context.getBean(PetrichorServer.class).isRunning()).isTrue());
	}

	@Test
	void whenCustomizersAreThereThenTheyAreAskedInOrder() {
		this.contextRunner.withUserConfiguration(Echo.class)
			.withBean("second", PetrichorServerCustomizer.class, Customizers::second)
			.withBean("first", PetrichorServerCustomizer.class, Customizers::first)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(Customizers.order).hasToString("first second ");
	}

	@Test
	void whenTwoHandlersHaveOneRouteThenStartFailsAndNamesBoth() {
		this.contextRunner.withUserConfiguration(Echo.class, OtherEcho.class).run((context) -> {
			assertThat(failure(context, AmbiguousRouteException.class)).contains("the default route", "Echo.echo(",
					"OtherEcho.other(");
		});
	}

	@Test
	void whenParameterCannotBeBoundThenStartFailsAndNamesIt() {
		this.contextRunner.withUserConfiguration(Unbindable.class).run((context) -> {
			assertThat(failure(context, UnbindableHandlerException.class)).contains("Unbindable.handle(",
					"java.lang.Thread");
		});
	}

	@Test
	void whenPortIsInUseThenStartFailsAndNamesPortAndProperty() throws Exception {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			this.contextRunner.withUserConfiguration(Echo.class)
				.withPropertyValues("petrichor.server.port=" + taken.getLocalPort())
				.run((context) -> {
					assertThat(failure(context, PetrichorServerException.class))
						.contains(String.valueOf(taken.getLocalPort()), "petrichor.server.port");
				});
		}
		assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
			.noneMatch((name) -> name.startsWith("petrichor-server"));
	}

	@Test
	void whenContextIsClosedThenPortIsFreeAndCanBeTakenAgain() {
		int[] port = new int[1];
		this.contextRunner.withUserConfiguration(Echo.class).run((context) -> port[0] = TestServer.port(context));
		this.contextRunner.withUserConfiguration(Echo.class)
			.withPropertyValues("petrichor.server.port=" + port[0])
			.run((context) -> assertThat(TestServer.port(context)).isEqualTo(port[0]));
	}

	@Test
	void whenServerIsStoppedAndStartedThenItListensAgain() {
		this.contextRunner.withUserConfiguration(Echo.class).run((context) -> {
			PetrichorServer server = context.getBean(PetrichorServer.class);
			server.stop();
			assertThat(server.isRunning()).isFalse();
			server.start();
			try (RawPeer peer = RawPeer.welcomed(server.port())) {
				assertThat(peer.request(Map.of(), 1).body().asLong()).isEqualTo(1);
			}
		});
	}

	@Test
	void whenPropertiesAreBoundThenUnitsAreSecondsAndBytes() {
		PetrichorServerProperties properties = new Binder(new MapConfigurationPropertySource(
				Map.of("petrichor.server.idle-timeout", "7", "petrichor.server.handshake.timeout", "2500ms",
						"petrichor.server.message.max-body-size", "64KB", "petrichor.server.outbound.max-pending",
						"100", "petrichor.server.shutdown.grace-period", "3")))
			.bind("petrichor.server", PetrichorServerProperties.class)
			.get();
		assertThat(properties.getIdleTimeout()).isEqualTo(Duration.ofSeconds(7));
		assertThat(properties.getHandshake().getTimeout()).isEqualTo(Duration.ofMillis(2500));
		assertThat(properties.getMessage().getMaxBodySize()).isEqualTo(DataSize.ofKilobytes(64));
		assertThat(properties.getOutbound().getMaxPending()).isEqualTo(DataSize.ofBytes(100));
		assertThat(properties.getShutdown().getGracePeriod()).isEqualTo(Duration.ofSeconds(3));
	}

	@Test
	void whenIdentityIsConfiguredThenPeersSeeIt() {
		this.contextRunner.withUserConfiguration(Echo.class)
			.withPropertyValues("petrichor.server.identity.ident=here", "petrichor.server.identity.version=7",
					"petrichor.server.identity.welcome=HI")
			.run((context) -> {
				try (RawPeer peer = RawPeer.connect(TestServer.port(context))) {
					var welcome = peer.request(Map.of("user", "zed"), "");
					assertThat(welcome.header().asMap()).containsEntry("ident", "here")
						.containsEntry("version", "7")
						.containsEntry("allowed", true);
					assertThat(welcome.body().asText()).isEqualTo("HI");
				}
			});
	}

	private static String failure(AssertableApplicationContext context,
			Class<? extends FailureAnalyzedException> type) {
		assertThat(context).hasFailed();
		Throwable cause = context.getStartupFailure();
		while (!type.isInstance(cause)) {
			assertThat(cause).isNotNull();
			cause = cause.getCause();
		}
		var analysis = ((FailureAnalyzedException) cause).analysis();
		assertThat(analysis.getAction()).isNotBlank();
		return analysis.getDescription() + "\n" + analysis.getAction();
	}

	static class Echo {

		@PetrichorHandler
		Object echo(Object body) {
			return body;
		}

	}

	static class OtherEcho {

		@PetrichorHandler
		Object other(Object body) {
			return body;
		}

	}

	static class Unbindable {

		@PetrichorHandler
		void handle(Thread thread) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class WholeApplication {

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnExecutor {

		private final AtomicBoolean used = new AtomicBoolean();

		@Bean
		PetrichorHandlerExecutor executor() {
			return PetrichorHandlerExecutor.of((work) -> {
				this.used.set(true);
				work.run();
			});
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class AsksForConnections {

		@Bean
		PetrichorAuthenticator authenticator(PetrichorConnections connections) {
			return (handshake) -> connections.all().isEmpty() ? Decision.allow(handshake::user) : Decision.deny();
		}

		@Bean
		ServerListener listener(PetrichorConnections connections) {
			return new ServerListener() {
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnRegistry {

		@Bean
		HandlerRegistry registry() {
			HandlerRegistry registry = new HandlerRegistry();
			registry.register("shout", (request) -> request.body().asText().toUpperCase());
			return registry;
		}

	}

	static final class Customizers {

		private static final StringBuilder order = new StringBuilder();

		@Order(1)
		static final class First implements PetrichorServerCustomizer {

			@Override
			public void customize(ServerBootstrap server) {
				order.append("first ");
			}

		}

		@Order(2)
		static final class Second implements PetrichorServerCustomizer {

			@Override
			public void customize(ServerBootstrap server) {
				order.append("second ");
			}

		}

		static PetrichorServerCustomizer first() {
			return new First();
		}

		static PetrichorServerCustomizer second() {
			return new Second();
		}

	}

}
