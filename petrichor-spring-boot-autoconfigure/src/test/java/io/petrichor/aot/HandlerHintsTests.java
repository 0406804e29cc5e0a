package io.petrichor.aot;

import java.util.List;

import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.annotation.ReflectiveRuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;

import io.petrichor.handler.PetrichorAdvice;
import io.petrichor.handler.PetrichorConnection;
import io.petrichor.handler.PetrichorExceptionHandler;
import io.petrichor.handler.PetrichorHandler;

import static org.assertj.core.api.Assertions.assertThat;

class HandlerHintsTests {

	@Test
	void whenHandlerIsPresentThenItsMethodAndBodyTypesAreKnownToNativeImage() throws Exception {
		RuntimeHints hints = new RuntimeHints();
		new ReflectiveRuntimeHintsRegistrar().registerRuntimeHints(hints, Orders.class, Advice.class);
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(Orders.class.getDeclaredMethod("create", List.class))).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(Orders.class.getDeclaredMethod("composed", Order.class))).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(Advice.class.getDeclaredMethod("failed", IllegalStateException.class))).accepts(hints);
		for (Class<?> body : new Class<?>[] { Order.class, Line.class, Receipt.class }) {
			assertThat(RuntimeHintsPredicates.reflection()
				.onType(body)
				.withMemberCategories(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS)).as(body.getName()).accepts(hints);
		}
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Receipt.class.getDeclaredMethod("number")))
			.accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onType(PetrichorConnection.class)
			.withMemberCategories(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS)).rejects(hints);
	}

	@Test
	void whenTypeIsMarkedThenItIsKnownToNativeImage() {
		RuntimeHints hints = new RuntimeHints();
		new ReflectiveRuntimeHintsRegistrar().registerRuntimeHints(hints, Prefixed.class, Advice.class);
		assertThat(RuntimeHintsPredicates.reflection().onType(Prefixed.class)).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(Advice.class)).accepts(hints);
	}

	@PetrichorHandler("prefix")
	static class Prefixed {

	}

	record Line(String sku) {
	}

	record Order(List<Line> lines) {
	}

	record Receipt(long number) {
	}

	@PetrichorHandler("orders")
	@java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME)
	@interface OrdersHandler {

	}

	static class Orders {

		@PetrichorHandler
		Mono<Receipt> create(List<Order> orders) {
			return Mono.empty();
		}

		@OrdersHandler
		void composed(Order order) {
		}

	}

	@PetrichorAdvice
	static class Advice {

		@PetrichorExceptionHandler
		void failed(IllegalStateException ex) {
		}

	}

}
