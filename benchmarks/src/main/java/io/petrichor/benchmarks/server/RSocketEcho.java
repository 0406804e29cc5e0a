package io.petrichor.benchmarks.server;

import reactor.core.publisher.Mono;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.stereotype.Controller;

/**
 * Spring's RSocket: a request-response mapping on the event loop.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(RSocketEcho.Echo.class)
class RSocketEcho {

	public static void main(String[] args) {
		ApplicationContext context = SpringApplication.run(RSocketEcho.class, args);
		System.out.println(context.getEnvironment().getProperty("local.rsocket.server.port"));
	}

	/** The handler. */
	@Controller
	static class Echo {

		@MessageMapping("echo")
		Mono<byte[]> echo(byte[] body) {
			return Mono.just(body);
		}

	}

}
