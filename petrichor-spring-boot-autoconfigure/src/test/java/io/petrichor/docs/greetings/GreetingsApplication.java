package io.petrichor.docs.greetings;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

import io.petrichor.handler.PetrichorHandler;

/**
 * The application that the page on handlers tests.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class GreetingsApplication {

	@PetrichorHandler("greet")
	String greet(String name) {
		return "Hello " + name;
	}

}
