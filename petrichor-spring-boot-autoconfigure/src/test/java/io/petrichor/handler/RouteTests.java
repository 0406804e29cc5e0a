package io.petrichor.handler;

import java.util.Map;

import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;

import io.petrichor.protocol.Header;
import io.petrichor.testing.RawPeer;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class RouteTests {

	@Test
	void whenSeveralRoutesMatchThenExactGoesBeforeVariableAndFixedSegmentBeforeVariableOne() {
		HandlerRegistry registry = new HandlerRegistry();
		for (String route : new String[] { "", "{any}", "orders", "orders.{id}", "orders.latest", "orders.{id}.lines",
				"orders.{id}.{part}", "{tenant}.latest.lines" }) {
			registry.register(route, (request) -> route);
		}
		assertThat(find(registry, "orders")).isEqualTo("orders");
		assertThat(find(registry, "other")).isEqualTo("{any}");
		assertThat(find(registry, "orders.latest")).isEqualTo("orders.latest");
		assertThat(find(registry, "orders.7")).isEqualTo("orders.{id}");
		assertThat(find(registry, "orders.7.lines")).isEqualTo("orders.{id}.lines");
		assertThat(find(registry, "orders.7.notes")).isEqualTo("orders.{id}.{part}");
		assertThat(find(registry, "orders.latest.lines")).isEqualTo("orders.{id}.lines");
		assertThat(find(registry, "acme.latest.lines")).isEqualTo("{tenant}.latest.lines");
		assertThat(find(registry, "orders.{id}")).isEqualTo("orders.{id}");
		assertThat(find(registry, "orders.7.lines.1")).isEqualTo("UNKNOWN");
		assertThat(find(registry, "orders.")).isEqualTo("UNKNOWN");
		assertThat(find(registry, "orders..lines")).isEqualTo("UNKNOWN");
		assertThat(find(registry, "")).isEqualTo("UNKNOWN");
		assertThat(registry.find(Header.EMPTY).pattern()).isEmpty();
		assertThat(registry.find(Header.of("x", 1)).pattern()).isEmpty();
		assertThat(registry.find(Header.of("to", 1)).pattern()).isEqualTo("UNKNOWN");
	}

	private static String find(HandlerRegistry registry, String to) {
		return registry.find(Header.of("to", to)).pattern();
	}

	@Test
	void whenVariablesHaveOtherNamesThenRouteIsStillTheSame() {
		HandlerRegistry registry = new HandlerRegistry();
		registry.register("orders.{id}", (request) -> "one");
		assertThatExceptionOfType(AmbiguousRouteException.class)
			.isThrownBy(() -> registry.register("orders.{number}", (request) -> "two"));
		assertThat(registry.routes()).containsExactly("orders.{id}");
	}

	@Test
	void whenRouteIsMalformedThenRegistrationIsRefused() {
		HandlerRegistry registry = new HandlerRegistry();
		for (String route : new String[] { "a.{", "a.{}", "a.}x{", "{a}{b}", "{a}.{a}", "a{b}" }) {
			assertThatIllegalArgumentException().as(route)
				.isThrownBy(() -> registry.register(route, (request) -> null));
		}
	}

	@Test
	void whenTwoMethodsHaveOneRouteThenStartFailsAndNamesBoth() {
		TestServer.with(Orders.class, Duplicate.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(AmbiguousRouteException.class)
				.hasMessageContaining("Orders.all(")
				.hasMessageContaining("Duplicate.all("));
	}

	@Test
	void whenClassHasRouteThenItGoesBeforeThoseOfItsMethods() {
		TestServer.run(TestServer.with(Orders.class).withPropertyValues("name=named"), (port) -> {
			try (RawPeer peer = RawPeer.welcomed(port)) {
				assertThat(body(peer, "orders")).isEqualTo("all");
				assertThat(body(peer, "orders.7.lines")).isEqualTo("lines of 7");
				assertThat(body(peer, "orders.x.lines")).isEqualTo("route variable 'id' cannot be read as Long");
				assertThat(body(peer, "orders.named")).isEqualTo("by placeholder");
			}
		});
	}

	@Test
	void whenBeanIsScopedLazyOrProxiedThenItsHandlersWork() {
		TestServer.with(Beans.class).run((context) -> {
			assertThat(LazyHandler.created).isFalse();
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				assertThat(body(peer, "lazy")).isEqualTo("lazy");
				assertThat(body(peer, "prototype")).isEqualTo("1");
				assertThat(body(peer, "prototype")).isEqualTo("1");
				assertThat(body(peer, "scoped")).isEqualTo("1");
				assertThat(body(peer, "jdk")).isEqualTo("advised jdk x");
				assertThat(body(peer, "cglib")).isEqualTo("advised cglib");
			}
		});
	}

	@Test
	void whenLazyInitializationIsOnThenHandlersAreFound() {
		TestServer.run(TestServer.with(Orders.class)
			.withPropertyValues("name=named")
			.withInitializer((context) -> context.addBeanFactoryPostProcessor(
					new org.springframework.boot.LazyInitializationBeanFactoryPostProcessor())),
				(port) -> {
					try (RawPeer peer = RawPeer.welcomed(port)) {
						assertThat(body(peer, "orders")).isEqualTo("all");
					}
				});
	}

	@Test
	void whenHandlerIsRegisteredByHandThenItAnswersAndItsInterceptorsRun() {
		TestServer.with(Orders.class, Shouting.class).withPropertyValues("name=named").run((context) -> {
			context.getBean(HandlerRegistry.class).register("by-hand.{x}", (request) -> request.route());
			try (RawPeer peer = RawPeer.welcomed(TestServer.port(context))) {
				assertThat(body(peer, "by-hand.1")).isEqualTo("BY-HAND.{X}");
				assertThat(body(peer, "orders")).isEqualTo("ALL");
			}
		});
	}

	private static String body(RawPeer peer, String to) {
		return peer.request(Map.of("to", to), "").body().asText();
	}

	@PetrichorHandler("orders")
	static class Orders {

		@PetrichorHandler
		String all() {
			return "all";
		}

		@PetrichorHandler("{id}.lines")
		String lines(@RouteVariable long id) {
			return "lines of " + id;
		}

		@PetrichorHandler("${name:x}")
		String named() {
			return "by placeholder";
		}

	}

	static class Duplicate {

		@PetrichorHandler("orders")
		String all() {
			return "all";
		}

	}

	static class Shouting implements PetrichorInterceptor {

		@Override
		public Object intercept(Request request, Handler next) throws Exception {
			return String.valueOf(next.handle(request)).toUpperCase(java.util.Locale.ROOT);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Beans {

		@Bean
		@Lazy
		LazyHandler lazy() {
			return new LazyHandler();
		}

		@Bean
		@Scope("prototype")
		Counting prototype() {
			return new Counting();
		}

		@Bean
		@Scope(value = "prototype", proxyMode = ScopedProxyMode.TARGET_CLASS)
		ScopedCounting scoped() {
			return new ScopedCounting();
		}

		@Bean
		Named jdk() {
			return (Named) advised(new NamedHandler(), false);
		}

		@Bean
		ByClass cglib() {
			return (ByClass) advised(new ByClass(), true);
		}

		private static Object advised(Object target, boolean byClass) {
			ProxyFactory factory = new ProxyFactory(target);
			factory.setProxyTargetClass(byClass);
			factory.addAdvice((org.aopalliance.intercept.MethodInterceptor) (
					invocation) -> (invocation.getMethod().getReturnType() == String.class)
							? "advised " + invocation.proceed() : invocation.proceed());
			return factory.getProxy();
		}

	}

	static class LazyHandler {

		static boolean created;

		LazyHandler() {
			created = true;
		}

		@PetrichorHandler("lazy")
		String lazy() {
			return "lazy";
		}

	}

	static class Counting {

		private int calls;

		@PetrichorHandler("prototype")
		String count() {
			return Integer.toString(++this.calls);
		}

	}

	static class ScopedCounting {

		private int calls;

		@PetrichorHandler("scoped")
		String count() {
			return Integer.toString(++this.calls);
		}

	}

	interface Named {

		String name(String suffix);

	}

	static class NamedHandler implements Named {

		@Override
		@PetrichorHandler("jdk")
		public String name(@io.petrichor.handler.Header(defaultValue = "x") String suffix) {
			return "jdk " + suffix;
		}

	}

	static class ByClass {

		@PetrichorHandler("cglib")
		String name() {
			return "cglib";
		}

	}

}
