package io.petrichor.autoconfigure;

import org.junit.jupiter.api.Test;

import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.javapoet.ClassName;

import io.petrichor.autoconfigure.contract.Greetings;
import io.petrichor.autoconfigure.contract.Searched;
import io.petrichor.client.ImportPetrichorClients;
import io.petrichor.client.InvalidExchangeException;
import io.petrichor.client.PetrichorClient;
import io.petrichor.client.PetrichorClientProxyFactory;
import io.petrichor.handler.HandlerRegistry;
import io.petrichor.handler.PetrichorExchange;
import io.petrichor.handler.PetrichorProxy;
import io.petrichor.server.PetrichorServer;
import io.petrichor.testing.ScriptedServer;

import static org.assertj.core.api.Assertions.assertThat;

class ImportPetrichorClientsTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(PetrichorClientAutoConfiguration.class));

	private final ApplicationContextRunner withServer = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(PetrichorServerAutoConfiguration.class, PetrichorClientAutoConfiguration.class))
		.withPropertyValues("petrichor.server.port=0");

	@Test
	void whenInterfaceIsImportedThenItCallsOverTheDefaultClient() {
		try (ScriptedServer server = ScriptedServer.plain(ScriptedServer::echo)) {
			this.runner.withUserConfiguration(Importing.class)
				.withPropertyValues("petrichor.client.address=" + server.address(), "greeting.route=greet")
				.run((context) -> assertThat(context.getBean(Greetings.class).greet("Ann")).isEqualTo("Ann"));
		}
	}

	@Test
	void whenClientIsNamedThenTheInterfaceCallsOverItAndIsInjectedByItsName() {
		try (ScriptedServer one = ScriptedServer.plain(ScriptedServer::echo);
				ScriptedServer two = ScriptedServer.plain(ScriptedServer::echo)) {
			this.runner.withUserConfiguration(ImportingNamed.class)
				.withPropertyValues("petrichor.clients.one.address=" + one.address(),
						"petrichor.clients.two.address=" + two.address(), "greeting.route=greet")
				.run((context) -> {
					ImportingNamed named = context.getBean(ImportingNamed.class);
					assertThat(named.one.greet("Ann")).isEqualTo("Ann");
					assertThat(one.accepted()).isOne();
					assertThat(two.accepted()).isZero();
					assertThat(named.two.greet("Bea")).isEqualTo("Bea");
					assertThat(two.accepted()).isOne();
				});
		}
	}

	@Test
	void whenPackageIsSearchedThenInterfacesWithTheAnnotationAreFound() {
		this.runner.withUserConfiguration(Searching.class).run((context) -> {
			assertThat(context).hasSingleBean(Searched.class);
			assertThat(context).doesNotHaveBean(Greetings.class);
		});
	}

	@Test
	void whenMethodCannotBeACallThenTheStartFails() {
		this.runner.withUserConfiguration(ImportingInvalid.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidExchangeException.class));
	}

	@Test
	void whenTheClientIsNotThereThenTheStartFailsAndNamesTheProperty() {
		this.runner.withUserConfiguration(ImportingNamed.class)
			.withPropertyValues("petrichor.clients.one.address=127.0.0.1:1", "greeting.route=greet")
			.run((context) -> {
				Throwable failure = context.getStartupFailure();
				while (failure != null && !(failure instanceof FailureAnalyzedException)) {
					failure = failure.getCause();
				}
				assertThat(failure).isNotNull();
				assertThat(((FailureAnalyzedException) failure).analysis().getAction())
					.contains("petrichor.clients.two.address");
			});
	}

	@Test
	void whenOneApplicationCallsAndAnswersThenOnlyWhatAnswersIsAHandler() {
		this.withServer.withUserConfiguration(Importing.class, Answering.class, MadeByHand.class)
			.withPropertyValues("greeting.route=greet")
			.run((context) -> {
				assertThat(context.getBean(HandlerRegistry.class).routes()).containsExactly("greet");
				int port = context.getBean(PetrichorServer.class).port();
				try (PetrichorClient client = PetrichorClient.builder().address("127.0.0.1:" + port).build()) {
					Greetings greetings = PetrichorClientProxyFactory.of(client)
						.placeholders(context.getBeanFactory()::resolveEmbeddedValue)
						.create(Greetings.class);
					assertThat(greetings.greet("Ann")).isEqualTo("Hello Ann");
				}
			});
	}

	@Test
	void whenBeansAreLazyThenAProxyIsNoHandlerEither() {
		this.withServer.withUserConfiguration(Answering.class, MadeByHand.class)
			.withPropertyValues("greeting.route=greet")
			.withInitializer((context) -> context.addBeanFactoryPostProcessor((beans) -> {
				for (String name : new String[] { "answering", "calling" }) {
					beans.getBeanDefinition(name).setLazyInit(true);
				}
			}))
			.run((context) -> assertThat(context.getBean(HandlerRegistry.class).routes()).containsExactly("greet"));
	}

	@Test
	void whenProcessedAheadOfTimeThenTheProxyAndItsTypesAreKnown() throws Exception {
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			context.register(Searching.class);
			DefaultGenerationContext generation = new DefaultGenerationContext(
					new ClassNameGenerator(ClassName.get(Searching.class)), new InMemoryGeneratedFiles());
			new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
			RuntimeHints hints = generation.getRuntimeHints();
			assertThat(RuntimeHintsPredicates.proxies().forInterfaces(Searched.class, PetrichorProxy.class))
				.accepts(hints);
			assertThat(RuntimeHintsPredicates.reflection()
				.onMethodInvocation(Searched.Found.class.getDeclaredMethod("name"))).accepts(hints);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@ImportPetrichorClients(Greetings.class)
	static class Importing {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportPetrichorClients(types = Greetings.class, client = "one")
	@ImportPetrichorClients(types = Greetings.class, client = "two")
	static class ImportingNamed {

		@Autowired
		@Qualifier("one")
		private Greetings one;

		@Autowired
		@Qualifier("two")
		private Greetings two;

	}

	@Configuration(proxyBeanMethods = false)
	@ImportPetrichorClients(basePackages = "io.petrichor.autoconfigure.contract")
	static class Searching {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportPetrichorClients(Invalid.class)
	static class ImportingInvalid {

	}

	@Configuration(proxyBeanMethods = false)
	static class Answering {

		@Bean
		Greetings answering() {
			return (name) -> "Hello " + name;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class MadeByHand {

		@Bean
		Greetings calling(PetrichorClient client) {
			return PetrichorClientProxyFactory.of(client).placeholders((text) -> "greet").create(Greetings.class);
		}

	}

	interface Invalid {

		@PetrichorExchange("{nothing}")
		String call();

	}

}
