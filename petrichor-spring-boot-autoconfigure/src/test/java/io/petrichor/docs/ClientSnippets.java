package io.petrichor.docs;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.stereotype.Component;

import io.petrichor.client.IdentityCustomizer;
import io.petrichor.client.ImportPetrichorClients;
import io.petrichor.client.PetrichorClient;
import io.petrichor.client.PetrichorClientCustomizer;
import io.petrichor.client.PetrichorClientException;
import io.petrichor.client.PetrichorClientProxyFactory;
import io.petrichor.client.PetrichorClientStateEvent;
import io.petrichor.client.PetrichorRemoteException;
import io.petrichor.handler.Body;
import io.petrichor.handler.Header;
import io.petrichor.handler.PetrichorExchange;
import io.petrichor.handler.RouteVariable;

/**
 * What docs/client.md shows.
 */
class ClientSnippets {

	record Order(String sku, int count) {
	}

	record Receipt(String number) {
	}

	record Line(String sku) {
	}

	interface Tokens {

		String fresh();

	}

	// @formatter:off
	// tag::inject
	@Component
	class Checkout {

		private final PetrichorClient client;

		Checkout(PetrichorClient client) {
			this.client = client;
		}

		Receipt buy(Order order) {
			return this.client.to("orders.create").header("tenant", "t1").body(order).retrieve(Receipt.class);
		}

	}
	// end::inject

	// tag::contract
	@PetrichorExchange("orders")
	interface Orders {

		@PetrichorExchange("create")
		Receipt create(@Header("tenant") String tenant, @Body Order order);

		@PetrichorExchange("{id}.lines")
		Flux<Line> lines(@RouteVariable("id") long id);

		@PetrichorExchange("{id}.status")
		CompletableFuture<Optional<String>> status(@RouteVariable("id") long id);

		@PetrichorExchange(value = "viewed", oneway = true)
		void viewed(String sku);

	}
	// end::contract

	// tag::import
	@Configuration
	@ImportPetrichorClients(Orders.class)
	class Clients {

	}
	// end::import

	// tag::answer
	@Component
	class OrdersHandler implements Orders {

		@Override
		public Receipt create(String tenant, Order order) {
			return new Receipt(tenant + "-" + order.sku());
		}

		@Override
		public Flux<Line> lines(long id) {
			return Flux.just(new Line("tea"), new Line("cup"));
		}

		@Override
		public CompletableFuture<Optional<String>> status(long id) {
			return CompletableFuture.completedFuture(Optional.of("sent"));
		}

		@Override
		public void viewed(String sku) {
		}

	}
	// end::answer

	void proxy(PetrichorClient client) {
		// tag::proxy
		Orders orders = PetrichorClientProxyFactory.of(client).create(Orders.class);
		// end::proxy
	}

	// tag::named
	@Component
	class Warehouse {

		private final PetrichorClient stock;

		Warehouse(@Qualifier("stock") PetrichorClient stock) {
			this.stock = stock;
		}

	}
	// end::named

	void kinds(PetrichorClient client, Order order) {
		// tag::kinds
		CompletableFuture<Receipt> future = client.to("orders.create").body(order).retrieveAsync(Receipt.class);
		Mono<Receipt> mono = client.to("orders.create").body(order).retrieveMono(Receipt.class);
		Flux<Line> stream = client.to("orders.lines").body(7).retrieveFlux(Line.class);
		List<Line> list = client.to("orders.lines").body(7).retrieve(new ParameterizedTypeReference<List<Line>>() {});
		PetrichorClient.Reply<Receipt> reply = client.to("orders.create").body(order).exchange(Receipt.class);
		CompletableFuture<Void> sent = client.to("audit").body("bought").send();
		String echo = client.request().body("hello").retrieve(String.class);
		Receipt quick = client.to("orders.create").body(order).timeout(Duration.ofMillis(200)).retrieve(Receipt.class);
		// end::kinds
	}

	Receipt failures(PetrichorClient client, Order order) {
		// tag::failures
		try {
			return client.to("orders.create").body(order).retrieve(Receipt.class);
		}
		catch (PetrichorRemoteException ex) {
			if (ex.code().equals("app.sold_out")) {
				throw new IllegalStateException("sold out: " + ex.body().asText());
			}
			throw ex;
		}
		catch (PetrichorClientException ex) {
			if (!ex.isMaybeExecuted()) {
				return client.to("orders.create").body(order).retrieve(Receipt.class);
			}
			throw ex;
		}
		// end::failures
	}

	// tag::beans
	@Bean
	IdentityCustomizer token(Tokens tokens) {
		return (identity) -> identity.put("token", tokens.fresh());
	}

	@Bean
	PetrichorClientCustomizer quick() {
		return (builder) -> builder.requestTimeout(Duration.ofSeconds(2));
	}
	// end::beans

	// tag::events
	@EventListener
	void changed(PetrichorClientStateEvent event) {
		System.out.println(event.client() + " is " + event.state());
	}
	// end::events

	void builder() {
		// tag::builder
		try (PetrichorClient client = PetrichorClient.builder().address("localhost:7387").user("frank").build()) {
			String echo = client.request().body("hello").retrieve(String.class);
		}
		// end::builder
	}
	// @formatter:on

}
