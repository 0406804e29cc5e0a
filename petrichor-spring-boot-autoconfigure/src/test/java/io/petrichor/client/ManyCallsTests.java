package io.petrichor.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.petrichor.handler.PetrichorHandler;
import io.petrichor.testing.TestServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Calls of all kinds at once over one connection to our own server, which answers them
 * out of order.
 */
@Timeout(240)
class ManyCallsTests {

	private static final int CALLS = 10_000;

	private static final int ELEMENTS = 5;

	@Test
	void whenTenThousandCallsOfAllKindsAreMixedThenEachReplyReachesItsCaller() {
		TestServer.with(Handlers.class).run((context) -> {
			Handlers handlers = context.getBean(Handlers.class);
			AtomicInteger connections = new AtomicInteger();
			ExecutorService threads = Executors.newFixedThreadPool(8);
			try (PetrichorClient client = PetrichorClient.builder()
				.address("127.0.0.1:" + TestServer.port(context))
				.requestTimeout(Duration.ofMinutes(2))
				.listener((event) -> connections.addAndGet((event.state() == PetrichorClient.State.CONNECTED) ? 1 : 0))
				.build()) {
				List<CompletableFuture<?>> calls = new ArrayList<>();
				int cancels = 0;
				int cuts = 0;
				for (int i = 0; i < CALLS; i++) {
					String body = "call " + i;
					switch (i % 10) {
						case 0 ->
							calls.add(check(body, threads, () -> client.to("late").body(body).retrieve(String.class)));
						case 1, 2 -> calls.add(stream(client, body, ELEMENTS));
						case 3 -> {
							calls.add(stream(client, body, 2));
							cuts++;
						}
						case 4 -> {
							calls.add(cancel(client, body));
							cancels++;
						}
						case 5 ->
							calls.add(check(body, client.to("late").body(body).retrieveMono(String.class).toFuture()));
						case 6 -> calls.add(check(body, client.request().body(body).retrieveAsync(String.class)));
						default -> calls.add(check(body, client.to("late").body(body).retrieveAsync(String.class)));
					}
				}
				CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).join();
				int expected = cancels;
				await().untilAsserted(() -> assertThat(handlers.cancelled.sum()).isEqualTo(expected));
				assertThat(calls).hasSize(CALLS);
				assertThat(connections).hasValue(1);
				assertThat(overtakings(handlers.order)).as("replies out of order").isGreaterThan(CALLS / 10);
				System.out.printf("%d calls of all kinds: %d right, %d cancelled, %d streams cut off, %d overtaken%n",
						CALLS, calls.size(), cancels, cuts, overtakings(handlers.order));
			}
			finally {
				threads.shutdownNow();
			}
		});
	}

	private static CompletableFuture<?> check(String body, ExecutorService threads,
			java.util.function.Supplier<String> call) {
		return check(body, CompletableFuture.supplyAsync(call, threads));
	}

	private static CompletableFuture<?> check(String body, CompletableFuture<String> call) {
		return call.thenAccept((reply) -> assertThat(reply).isEqualTo(body));
	}

	private static CompletableFuture<?> stream(PetrichorClient client, String body, int take) {
		Flux<String> elements = client.to("stream").body(body).retrieveFlux(String.class);
		return ((take < ELEMENTS) ? elements.take(take) : elements).collectList()
			.toFuture()
			.thenAccept((list) -> assertThat(list)
				.isEqualTo(IntStream.range(0, take).mapToObj((number) -> body + "/" + number).toList()));
	}

	/** Cancelled by its caller as soon as the server has it. */
	private static CompletableFuture<?> cancel(PetrichorClient client, String body) {
		CompletableFuture<String> call = client.to("never").body(body).retrieveAsync(String.class);
		client.to("started").body(body).retrieveAsync(String.class).thenRun(() -> call.cancel(true));
		return call.handle((reply, failure) -> {
			Throwable cause = (failure instanceof CompletionException) ? failure.getCause() : failure;
			assertThat(cause).isInstanceOf(CancellationException.class);
			return null;
		});
	}

	/** How often a reply came before that of an earlier call. */
	private static long overtakings(List<Integer> order) {
		return IntStream.range(1, order.size()).filter((i) -> order.get(i) < order.get(i - 1)).count();
	}

	static class Handlers {

		private final Random random = new Random(7);

		private final LongAdder cancelled = new LongAdder();

		private final List<Integer> order = Collections.synchronizedList(new ArrayList<>());

		@PetrichorHandler(blocking = false)
		String echo(String body) {
			return body;
		}

		@PetrichorHandler("late")
		Mono<String> late(String body) {
			return Mono.just(body)
				.delayElement(Duration.ofMillis(this.random.nextInt(10)))
				.doOnNext((reply) -> this.order.add(Integer.parseInt(reply.substring("call ".length()))));
		}

		@PetrichorHandler("stream")
		Flux<String> stream(String body) {
			return Flux.range(0, ELEMENTS)
				.delayElements(Duration.ofMillis(this.random.nextInt(3)))
				.map((number) -> body + "/" + number);
		}

		@PetrichorHandler("never")
		Mono<String> never(String body) {
			return Mono.<String>never().doOnCancel(this.cancelled::increment);
		}

		/** Comes behind a call that is never answered, so that one is there. */
		@PetrichorHandler(route = "started", blocking = false)
		String started(String body) {
			return body;
		}

	}

}
