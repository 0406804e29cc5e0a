package io.petrichor.sample.calling;

import org.springframework.boot.SpringApplication;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.petrichor.client.ImportPetrichorClients;
import io.petrichor.handler.PetrichorExchange;
import io.petrichor.handler.PetrichorHandler;
import io.petrichor.sample.echo.EchoApplication;

/**
 * An application that asks another one, over a client with a name.
 */
@Configuration(proxyBeanMethods = false)
@Import(EchoApplication.class)
@ImportPetrichorClients(types = CallingApplication.Stock.class, client = "stock")
public class CallingApplication {

	private final Stock stock;

	CallingApplication(Stock stock) {
		this.stock = stock;
	}

	public static void main(String[] args) {
		SpringApplication.run(CallingApplication.class, args);
	}

	@PetrichorHandler("ask")
	String ask(String question) {
		return this.stock.ask(question);
	}

	/** As an application's contracts often are: for its own package alone. */
	interface Stock {

		@PetrichorExchange
		String ask(String question);

	}

}
