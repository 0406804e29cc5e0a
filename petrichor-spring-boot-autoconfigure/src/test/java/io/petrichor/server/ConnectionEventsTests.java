package io.petrichor.server;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A listener that is slow, or fails, costs neither memory without bound nor the events
 * after it.
 */
@ExtendWith(OutputCaptureExtension.class)
class ConnectionEventsTests {

	private final List<Object> heard = new CopyOnWriteArrayList<>();

	private final ConnectionEvents events = new ConnectionEvents();

	@Test
	void whenListenerIsStuckThenABoundedNumberWaitsInOrderAndTheLossIsLogged(CapturedOutput output) {
		CompletableFuture<Void> stuck = new CompletableFuture<>();
		List<Integer> all = IntStream.range(0, ConnectionEvents.MOST + 50).boxed().toList();
		for (Object event : all) {
			this.events.publish((each) -> {
				stuck.join();
				this.heard.add(each);
			}, event);
		}
		assertThat(output).containsOnlyOnce("is lost: listeners of connections are too slow");
		stuck.complete(null);
		await().untilAsserted(() -> assertThat(this.heard).hasSize(ConnectionEvents.MOST));
		this.events.publish(this.heard::add, "later");
		await().untilAsserted(() -> assertThat(this.heard).last().isEqualTo("later"));
		assertThat(this.heard.subList(0, ConnectionEvents.MOST)).isEqualTo(all.subList(0, ConnectionEvents.MOST));
	}

	@Test
	void whenListenerFailsThenItIsLoggedAndTheNextEventIsPublished(CapturedOutput output) {
		this.events.publish((each) -> {
			throw new IllegalStateException("on purpose");
		}, "first");
		this.events.publish(this.heard::add, "second");
		await().untilAsserted(() -> assertThat(this.heard).containsExactly("second"));
		assertThat(output).contains("A listener failed with String");
	}

}
