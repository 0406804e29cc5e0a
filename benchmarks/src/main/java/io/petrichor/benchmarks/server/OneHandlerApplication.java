package io.petrichor.benchmarks.server;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

import io.petrichor.handler.PetrichorHandler;

/**
 * An application of nothing but the starter and an echo: what the start of our server
 * takes.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class OneHandlerApplication {

	public static void main(String[] args) {
		SpringApplication.run(OneHandlerApplication.class, args);
		System.out.println("started");
	}

	@PetrichorHandler
	Object echo(Object body) {
		return body;
	}

}
