package io.petrichor.benchmarks.server;

import java.security.Principal;
import java.util.List;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

import io.petrichor.handler.HandlerRegistry;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.server.PetrichorServer;
import io.petrichor.server.auth.Decision;
import io.petrichor.server.auth.PetrichorAuthenticator;
import io.petrichor.tnetstring.TNetstring;

/**
 * The starter as an application has it: an authenticator, a meter registry, all limits
 * and deadlines at their defaults.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class PetrichorEcho {

	public static void main(String[] args) {
		ApplicationContext context = SpringApplication.run(PetrichorEcho.class, args);
		System.out.println(context.getBean(PetrichorServer.class).port());
	}

	@Bean
	PetrichorAuthenticator authenticator() {
		Principal bench = () -> "bench";
		return (handshake) -> "bench".equals(handshake.header().text("user")) ? Decision.allow(bench) : Decision.deny();
	}

	@Bean
	Handlers handlers(HandlerRegistry registry, Environment environment) {
		for (int i = 0; i < environment.getProperty("benchmark.routes", Integer.class, 0); i++) {
			registry.register("route." + i, false, (request) -> request.body());
		}
		return new Handlers();
	}

	/** A body of five fields. */
	record Order(String id, String customer, long amount, boolean paid, List<String> tags) {

	}

	@Bean
	@ConditionalOnBooleanProperty(name = "benchmark.blocking", havingValue = false)
	OnTheLoop onTheLoop() {
		return new OnTheLoop();
	}

	@Bean
	@ConditionalOnBooleanProperty("benchmark.blocking")
	OnTheExecutor onTheExecutor() {
		return new OnTheExecutor();
	}

	@Bean
	@ConditionalOnBooleanProperty("benchmark.record")
	Orders orders() {
		return new Orders();
	}

	/** A handler of records. */
	static class Orders {

		@PetrichorHandler(route = "order", blocking = false)
		Order order(Order order) {
			return order;
		}

	}

	/** The default handler, on the event loop. */
	static class OnTheLoop {

		@PetrichorHandler(blocking = false)
		TNetstring echo(TNetstring body) {
			return body;
		}

	}

	/** The default handler as it is if nothing is said. */
	static class OnTheExecutor {

		@PetrichorHandler
		TNetstring echo(TNetstring body) {
			return body;
		}

	}

	/** The handlers with a route. */
	static class Handlers {

		@PetrichorHandler(route = "tree", blocking = false)
		Object tree(Object body) {
			return body;
		}

	}

}
