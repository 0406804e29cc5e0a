package io.petrichor.docs.greetings;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;

import io.petrichor.client.PetrichorClient;

import static org.assertj.core.api.Assertions.assertThat;

// tag::testing
@SpringBootTest(properties = "petrichor.server.port=0")
class GreetingsTests {

	@Value("${local.petrichor.server.port}")
	private int port;

	@Test
	void whenSomebodyIsGreetedThenTheReplySaysHello() {
		try (PetrichorClient client = PetrichorClient.builder().address("127.0.0.1:" + this.port).build()) {
			assertThat(client.to("greet").body("Ann").retrieve(String.class)).isEqualTo("Hello Ann");
		}
	}

}
// end::testing
